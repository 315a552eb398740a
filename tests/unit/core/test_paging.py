"""Keyset pages: forwards and back again, no row twice or missing, and no cursor but our own."""

import base64
import uuid
from typing import Any

import pytest
from django.core import signing
from django.utils import timezone

from podero_admin.core.errors import Invalid
from podero_admin.core.paging import paginate
from podero_admin.organizations.models import Organization

NAMES = ["a", "b", "b", "b", "c", "d", "e"]


@pytest.fixture
def rows(db: None) -> Any:
    Organization.objects.all().delete()
    for name in NAMES:
        Organization.objects.create(id=uuid.uuid4(), name=name, loaded_at=timezone.now())
    return Organization.objects.all()


def walk(rows: Any, order: list[str]) -> tuple[list[list[Any]], Any]:
    pages, after, page = [], "", None
    while True:
        page = paginate(rows, order=order, after=after, size=3)
        pages.append([row.id for row in page.rows])
        if not page.after:
            return pages, page
        after = page.after


@pytest.mark.parametrize("order", [["name", "id"], ["-name", "-id"]])
def test_every_row_comes_once_in_order(rows: Any, order: list[str]) -> None:
    pages, _ = walk(rows, order)
    assert [len(page) for page in pages] == [3, 3, 1]
    assert [key for page in pages for key in page] == list(rows.order_by(*order).values_list("id", flat=True))


@pytest.mark.parametrize("order", [["name", "id"], ["-name", "-id"]])
def test_the_way_back_shows_the_same_pages(rows: Any, order: list[str]) -> None:
    pages, last = walk(rows, order)
    back = paginate(rows, order=order, before=last.before, size=3)
    assert [row.id for row in back.rows] == pages[1]
    assert back.after
    first = paginate(rows, order=order, before=back.before, size=3)
    assert [row.id for row in first.rows] == pages[0]
    assert not first.before


def test_a_short_list_has_no_neighbours(rows: Any) -> None:
    page = paginate(rows, order=["name", "id"])
    assert (len(page.rows), page.after, page.before) == (len(NAMES), "", "")


def test_a_row_that_comes_between_shifts_nothing(rows: Any) -> None:
    first = paginate(rows, order=["name", "id"], size=3)
    Organization.objects.create(id=uuid.uuid4(), name="0", loaded_at=timezone.now())
    second = paginate(rows, order=["name", "id"], after=first.after, size=3)
    assert not {row.id for row in first.rows} & {row.id for row in second.rows}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda c: c[:-1] + ("A" if c[-1] != "A" else "B"),
        lambda c: c[:40] + ("A" if c[40] != "A" else "B") + c[41:],
        lambda c: "x",
        lambda c: "x" * 1_000_000,
        lambda c: c * 1000,
        lambda c: c + "\x00",
        lambda c: c[:9] + "\x00" + c[9:],
        lambda c: f"{c}\n",
        lambda c: f"{c}=",
        lambda c: "é" + c,
        lambda c: signing.dumps(["b", "1"], salt="cursor:organizations.Organization:name,id:", compress=True),
    ],
)
def test_a_cursor_that_was_tampered_with_is_refused(rows: Any, spoil: Any) -> None:
    cursor = paginate(rows, order=["name", "id"], size=3).after
    with pytest.raises(Invalid, match="damaged or belongs to another list"):
        paginate(rows, order=["name", "id"], after=spoil(cursor), size=3)


def test_a_cursor_tells_nobody_what_stands_in_the_row(rows: Any) -> None:
    """It stands in addresses, and so in the logs of proxies and in the history of browsers."""
    Organization.objects.filter(name="b").update(name="Wilhelmina Unverwechselbar")
    cursor = paginate(rows, order=["-name", "-id"], size=6).after
    parts = [base64.urlsafe_b64decode(f"{part}==") for part in cursor.split(":")]
    assert not [part for part in (cursor.encode(), *parts) if b"Wilhelmina" in part]


def test_with_another_secret_key_a_cursor_is_damaged(rows: Any, settings: Any) -> None:
    cursor = paginate(rows, order=["name", "id"], size=3).after
    settings.SECRET_KEY = "another key that is as long as it has to be"
    with pytest.raises(Invalid, match="damaged or belongs to another list"):
        paginate(rows, order=["name", "id"], after=cursor, size=3)


def test_a_cursor_of_another_filter_or_order_is_refused(rows: Any) -> None:
    cursor = paginate(rows, order=["name", "id"], scope="health=ok", size=3).after
    for other in ({"scope": "health=error"}, {"scope": "health=ok", "order": ["-name", "-id"]}):
        with pytest.raises(Invalid):
            paginate(rows, **({"order": ["name", "id"]} | other), after=cursor, size=3)
