"""One plain form for names and queries, so that 'Müller', 'MULLER' and 'muller' meet; pure functions."""

import re
import unicodedata
from collections.abc import Iterable

LONGEST_KEY = 200
LONGEST_QUERY, MOST_WORDS = 200, 8
# Letters that Unicode does not take apart into a letter and a mark.
_LETTERS = str.maketrans(
    {
        "ß": "ss",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ı": "i",
        "ħ": "h",
        "ŋ": "n",
        "ŧ": "t",
        "ĸ": "k",
        "’": "'",
        "‘": "'",
        "ʼ": "'",
        "´": "'",
        "`": "'",
        "‐": "-",
        "‑": "-",
        "–": "-",
    },
)
_WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe"})
#: Not the e of "Bauer", "Neuer" or "Quelle": no umlaut is written so.
_E_OF_AN_UMLAUT = re.compile("(?<=[ao])e|(?<=[^aeq]u)e")
#: A shorter word without its e is a part of too many names.
SHORTEST_WRITTEN_OUT = 5
_DROPPED = {"Mn", "Me", "Cf", "Cc", "Cs", "Co", "Cn"}


class _Kept(dict[int, int | str | None]):
    """What becomes of a character, found out once: a blank, itself, or nothing (marks and what cannot be seen)."""

    def __missing__(self, code: int) -> int | str | None:
        character = chr(code)
        kept = " " if character.isspace() else None if unicodedata.category(character) in _DROPPED else code
        return self.setdefault(code, kept)


_KEPT = _Kept()


def fold(text: str) -> str:
    """Lower case, without accents, invisible characters and doubled blanks."""
    if text.isascii() and text.isprintable():
        return " ".join(text.lower().split())
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return " ".join(apart.translate(_KEPT).casefold().translate(_LETTERS).split())


def sort_key(text: str) -> str:
    """What a list is ordered by: folded, and short enough for an index."""
    return fold(text[:LONGEST_KEY])[:LONGEST_KEY]


def searchable(folded: Iterable[str]) -> str:
    """All words of a customer, each after two blanks: even one letter then has the three characters of a trigram."""
    return "".join(f"  {word}" for part in folded for word in part.split())


def query_spellings(text: str, *, longest: int = LONGEST_QUERY, most: int = MOST_WORDS) -> list[tuple[str, ...]]:
    """The words to look for, each with the ways to write it: "Müller" and "Mueller" are one name on the phone.

    One of one or two letters is looked for where a word begins. A word without any letter or digit has no trigram
    that an index knows: it is left out.
    """
    words = [_spellings(word) for word in " ".join(text[: longest * 50].split())[:longest].split()]
    useful = [each for several in words for each in several if any(letter.isalnum() for letter in each[0])]
    return list(dict.fromkeys(useful[:most]))


def query_words(text: str) -> list[str]:
    """The words to look for as they were typed."""
    return [plain for plain, *_ in query_spellings(text)]


def _spellings(word: str) -> list[tuple[str, ...]]:
    """Of what was typed without a blank; folding may take it apart."""
    composed = unicodedata.normalize("NFC", word.casefold())
    plain, written_out = fold(word).split(), fold(composed.translate(_WRITTEN_OUT)).split()
    return [_ways(*both) for both in zip(plain, written_out, strict=False)]


def _ways(plain: str, written_out: str) -> tuple[str, ...]:
    short = len(plain) >= SHORTEST_WRITTEN_OUT and plain.isalpha() and _E_OF_AN_UMLAUT.sub("", plain)
    return tuple(dict.fromkeys(_begins_if_short(way) for way in (plain, written_out, short) if way))


def _begins_if_short(word: str) -> str:
    return word if len(word) > 2 else f"  {word}"  # noqa: PLR2004 - a trigram has three
