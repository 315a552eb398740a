"""Names and queries meet in one plain form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from podero_admin.directory.folding import LONGEST_KEY, fold, query_spellings, query_words, searchable, sort_key


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Jürgen Groß-Öttl", "jurgen gross-ottl"),
        ("JÜRGEN", "jurgen"),
        ("Łucja Żółkiewna", "lucja zołkiewna".replace("ł", "l")),
        ("Søren Ærø", "soren aero"),
        ("Đurišák", "durisak"),
        ("İpek Yıldırımlı", "ipek yildirimli"),
        ("Þóra", "thora"),
        ("Œuvre", "oeuvre"),
        ("D’Agostina", "d'agostina"),
        ("Ștefana", "stefana"),
        ("Παππαδοπούλα", "παππαδοπουλα"),
        ("Anna\u200e \u200bHuber\ufeff", "anna huber"),
        ("  two\t\nwords ", "two words"),
        ("O\0Li", "oli"),
    ],
)
def test_it_folds_names_as_they_really_are(name: str, plain: str) -> None:
    assert fold(name) == plain


def test_it_folds_right_to_left_names_with_their_marks() -> None:
    assert fold("\u202bנועה בן־דרור\u202c") == fold("נועה בן־דרור")
    assert fold("ليلى") == fold("لَيْلَى")


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(min_size=300))
def test_a_key_fits_its_column(text: str) -> None:
    assert len(sort_key(text)) <= LONGEST_KEY


def test_every_word_of_a_customer_begins_after_two_blanks() -> None:
    assert searchable(["anna maria", "huber", ""]) == "  anna  maria  huber"


def test_a_short_word_is_looked_for_where_words_begin() -> None:
    assert query_words("O Li Hub") == ["  o", "  li", "hub"]


@pytest.mark.parametrize(
    ("typed", "looked_for"),
    [
        ("Müller", ("muller", "mueller")),
        ("Mu\u0308ller", ("muller", "mueller")),
        ("mueller", ("mueller", "muller")),
        ("Jäger", ("jager", "jaeger")),
        ("SØRENSEN", ("sorensen", "soerensen")),
        ("Öd", ("  od", "oed")),
        ("Bauer", ("bauer",)),
        ("Neuer", ("neuer",)),
        ("Noel", ("noel",)),
        ("16b7ae8a", ("16b7ae8a",)),
        ("mueller@example.com", ("mueller@example.com",)),
    ],
)
def test_an_umlaut_and_how_it_is_written_out_are_one_name(typed: str, looked_for: tuple[str, ...]) -> None:
    assert query_spellings(typed) == [looked_for]


@given(st.text())
def test_each_word_is_looked_for_as_it_is_folded_too(text: str) -> None:
    useful = [word for word in fold(text).split() if any(letter.isalnum() for letter in word)][:8]
    assert [word.strip() for word in query_words(text)] == list(dict.fromkeys(useful))


@pytest.mark.parametrize("text", ["", "   ", "\0", "@@@", "\"%_'", "\u200f"])
def test_nothing_to_look_for_gives_no_words(text: str) -> None:
    assert query_words(text) == []


def test_an_endless_query_is_cut() -> None:
    assert query_words("x" * 10_000) == ["x" * 200]
    assert len(query_words("word" + " other" * 10_000 + "".join(f" w{i}" for i in range(50)))) <= 8
