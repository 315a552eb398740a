"""One plain form for names and queries, so that 'Müller', 'MULLER' and 'muller' meet; pure functions."""

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


def query_words(text: str, *, longest: int = LONGEST_QUERY, most: int = MOST_WORDS) -> list[str]:
    """The words to look for; one of one or two letters is looked for where a word begins.

    A word without any letter or digit has no trigram that an index knows: it is left out.
    """
    words = fold(" ".join(text[: longest * 50].split())[:longest]).split()[:most]
    useful = [word for word in words if any(character.isalnum() for character in word)]
    return list(dict.fromkeys(word if len(word) > 2 else f"  {word}" for word in useful))  # noqa: PLR2004 - a trigram has three
