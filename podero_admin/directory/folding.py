"""One plain form for names and queries, so that 'Müller', 'MULLER' and 'muller' meet; pure functions."""

import unicodedata

LONGEST_KEY = 200
# Letters that Unicode does not take apart into a letter and a mark.
_LETTERS = str.maketrans(
    {
        "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i", "ħ": "h",

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
            "–": "-"
        ,
    },
)
_DROPPED = {"Mn", "Me", "Cf", "Cc", "Cs", "Co", "Cn"}


def fold(text: str) -> str:
    """Lower case, without accents, invisible characters and doubled blanks."""
    if text.isascii():
        plain = text.lower()
        return " ".join(plain.split()) if plain.isprintable() else _fold_slowly(plain)
    return _fold_slowly(text)


def _fold_slowly(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    kept = (" " if character.isspace() else character for character in apart if _is_kept(character))
    return " ".join("".join(kept).casefold().translate(_LETTERS).split())


def _is_kept(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) not in _DROPPED


def sort_key(*parts: str) -> str:
    """What a list is ordered by: the folded words, short enough for an index."""
    return fold(" ".join(part[:LONGEST_KEY] for part in parts if part))[:LONGEST_KEY]


def searchable(*parts: str) -> str:
    """All words of a customer, each after two blanks: even one letter then has the three characters of a trigram."""
    return "".join(f"  {word}" for part in parts for word in fold(part).split())


def query_words(text: str, *, longest: int = 200, most: int = 8) -> list[str]:
    """The words to look for; one of one or two letters is looked for where a word begins."""
    words = fold(" ".join(text[: longest * 50].split())[:longest]).split()[:most]
    return list(dict.fromkeys(word if len(word) > 2 else f"  {word}" for word in words))  # noqa: PLR2004 - a trigram has three
