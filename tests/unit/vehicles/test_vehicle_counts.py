"""The numbers on the chips and the makers to choose from: right, one's own, limited, and kept."""

from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache

from podero_admin.core import counting
from podero_admin.vehicles.counts import Fleet, fleets, makers, question_counts
from podero_admin.vehicles.filters import QUESTIONS
from podero_admin.vehicles.models import NEVER
from podero_admin.vehicles.selectors import vehicle_list
from podero_admin.vehicles.statuses import Health
from tests.unit.vehicles.test_vehicle_list import make, make_customer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


@pytest.fixture
def park(organization_a: Any, organization_b: Any) -> None:
    owner, other = make_customer(organization_a, "Jana"), make_customer(organization_b, "Nils")
    never = {"reported_at": None, "reported_key": NEVER, "stale_after": NEVER}
    make(owner, "Acts", Health.ACTION_NEEDED, maker="Tesla")
    make(owner, "Old", hours=50, maker="Škoda")
    make(owner, "Link", Health.ERROR, connection_status="error", maker="škoda")
    make(owner, "Waits", Health.NOT_CONNECTED, is_connected=False, **never)
    make(owner, "Fresh", maker="Tesla")
    make(other, "Other", Health.ERROR, steering_status="error", maker="Polestar")


def counts(access: Any, organization: UUID | None = None) -> dict[str, int]:
    return question_counts(fleets(access=access), access=access, organization=organization)


def test_each_number_is_that_of_the_list_behind_it(park: None, root: Any, alice: Any, access_of: Any) -> None:
    for staff in (root, alice):
        access = access_of(staff)
        listed = {name: len(vehicle_list(access=access, filters=asked).rows) for name, asked in QUESTIONS.items()}
        assert counts(access) == listed
    assert counts(access_of(alice)) == {
        "Needs action": 1, "Connection error": 1, "Steering error": 0, "Readings old": 1,
        "Waiting for the customer": 1, "All": 5,
    }  # fmt: skip


def test_charlie_is_told_only_of_his_own(park: None, charlie: Any, organization_a: Any, access_of: Any) -> None:
    access = access_of(charlie)
    assert counts(access)["All"] == 1
    assert counts(access, organization_a.id)["All"] == 0
    assert makers(fleets(access=access)) == ("Polestar",)


def test_one_organisation_can_be_asked_for(park: None, root: Any, organization_b: Any, access_of: Any) -> None:
    assert counts(access_of(root), organization_b.id)["All"] == 1


def test_who_has_no_seat_is_told_nothing(park: None) -> None:
    from podero_admin.core.access import NOBODY

    assert set(counts(NOBODY).values()) == {0}


def test_every_maker_is_listed_once_in_the_order_of_letters(park: None, root: Any, access_of: Any) -> None:
    found = makers(fleets(access=access_of(root)))
    assert found[:2] == ("Polestar", "Tesla")
    assert set(found[2:]) == {"Škoda", "škoda"}


def test_they_are_counted_once_and_then_kept(
    park: None, alice: Any, organization_a: Any, access_of: Any, django_assert_num_queries: Any
) -> None:
    before = counts(access_of(alice))
    make(make_customer(organization_a, "New"), "New")
    access = access_of(alice)
    with django_assert_num_queries(1):
        assert counts(access) == before
    cache.clear()
    assert counts(access)["All"] == before["All"] + 1


@pytest.mark.parametrize(("number", "words"), [(0, "0"), (9_999, "9,999"), (10_000, "10,000"), (10_001, "10,000+")])
def test_a_number_beyond_the_limit_says_so(number: int, words: str) -> None:
    assert counting.in_words(number) == words


def test_nobody_counts_further_than_the_limit(park: None, django_assert_num_queries: Any) -> None:
    from podero_admin.vehicles.models import Vehicle

    with django_assert_num_queries(1) as asked:
        counting.counted(Vehicle.objects.order_by("title"))
    assert f"LIMIT {counting.MOST + 1}" in asked.captured_queries[0]["sql"]


def test_what_is_kept_of_several_adds_up() -> None:
    some = [Fleet({"All": 2}, ()), Fleet({"All": 9_999, "Old": 1}, ())]
    assert counting.added_up(fleet.counts for fleet in some) == {"All": 10_001, "Old": 1}
