"""The list of customers: fetched whole, applied whole or not at all, never across organisations."""

import json
import logging
import time
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.utils import timezone

from podero_admin.audit.models import Event
from podero_admin.core.errors import Conflicting, NotAllowed, NotFound
from podero_admin.directory import services, tasks
from podero_admin.directory.applying import list_apply
from podero_admin.directory.models import Customer
from podero_admin.gateway import facts
from podero_admin.organizations.models import Organization
from podero_admin.organizations.selectors import system_access
from podero_admin.podero import User
from podero_admin.sandbox.faults import Fault
from podero_admin.vehicles.models import Reading, Vehicle
from podero_admin.vehicles.services import customer_vehicles_fetch
from podero_admin.vehicles.tasks import lose_with_customers
from podero_admin.vehicles.urgency import URGENCY_GONE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_leftovers() -> None:
    cache.clear()


def refresh(organization: Any, access: Any = None) -> services.RefreshResult:
    return services.customers_refresh(access=access or system_access(), organization_id=organization.id)


def listed_by(world: Any, organization: Any) -> list[Any]:
    return [
        user
        for user in world.users()
        if user.organization_id == str(organization.id) and user.role == "user" and not user.deleted_at
    ]


def age(organization: Any, seconds: float) -> None:
    Organization.objects.filter(id=organization.id).update(
        directory_fetched_at=timezone.now() - timedelta(seconds=seconds)
    )


def test_it_keeps_every_customer_of_the_list(world: Any, organization_a: Any) -> None:
    result = refresh(organization_a)
    assert result.count == len(listed_by(world, organization_a)) == Customer.objects.count() > 0
    organization_a.refresh_from_db()
    assert organization_a.directory_fetched_at is not None
    assert organization_a.directory_error == ""


def test_only_users_of_role_user_are_customers(world: Any, organization_a: Any) -> None:
    world.add_user(str(organization_a.id), role="admin", first_name="Administrator")
    refresh(organization_a)
    assert not Customer.objects.filter(first_name="Administrator").exists()


def test_a_second_pass_writes_only_what_changed(world: Any, organization_a: Any) -> None:
    refresh(organization_a)
    before = dict(Customer.objects.values_list("id", "fetched_at"))
    changed = listed_by(world, organization_a)[0]
    world.patch_user(changed.id, {"last_name": "Neuhauser-Ölz"})
    refresh(organization_a)
    after = dict(Customer.objects.values_list("id", "fetched_at"))
    assert {key for key in after if after[key] != before[key]} == {UUID(changed.id)}
    found = Customer.objects.get(id=changed.id)
    assert found.sort_name.startswith("neuhauser-olz")
    assert "  neuhauser-olz" in found.folded


def test_a_user_who_is_no_longer_listed_is_gone_and_comes_back(world: Any, organization_a: Any) -> None:
    refresh(organization_a)
    user = listed_by(world, organization_a)[0]
    world.patch_user(user.id, {"deleted_at": "2026-01-01T00:00:00Z"})
    refresh(organization_a)
    assert Customer.objects.get(id=user.id).is_gone
    world.patch_user(user.id, {"deleted_at": None})
    refresh(organization_a)
    assert not Customer.objects.get(id=user.id).is_gone


def test_the_vehicles_of_one_who_is_gone_are_gone_too_and_come_back(
    world: Any, organization_a: Any, organization_b: Any
) -> None:
    refresh(organization_a)
    refresh(organization_b)
    for customer in Customer.objects.all():
        customer_vehicles_fetch(access=system_access(), customer=customer)
    user = next(user for user in listed_by(world, organization_a) if world.vehicles_of(user.id))
    own = Vehicle.objects.filter(customer_id=user.id, deleted_at=None)
    assert own.filter(is_gone=False).exists()
    world.patch_user(user.id, {"deleted_at": "2026-01-01T00:00:00Z"})
    refresh(organization_a)
    lose_with_customers()
    assert not own.filter(is_gone=False).exists()
    assert {row.urgency for row in own} == {URGENCY_GONE}
    assert Reading.objects.filter(vehicle_id__in=own.values("id")).count() == own.count()
    assert not Vehicle.objects.exclude(customer_id=user.id).filter(is_gone=True).exists()
    world.patch_user(user.id, {"deleted_at": None})
    refresh(organization_a)
    customer_vehicles_fetch(access=system_access(), customer=Customer.objects.get(id=user.id))
    lose_with_customers()
    assert not own.filter(is_gone=True).exists()


@pytest.mark.parametrize("is_stored_first", [True, False])
def test_an_answer_that_crosses_the_list_leaves_no_vehicle_of_one_who_is_gone(
    is_stored_first: bool, world: Any, organization_a: Any
) -> None:
    """The list was asked for before the answer, and is applied after it; or the answer is stored last."""
    refresh(organization_a)
    user = next(user for user in listed_by(world, organization_a) if world.vehicles_of(user.id))
    customer, listed_at = Customer.objects.get(id=user.id), timezone.now()
    others = [
        User.parse(json.loads(raw)) for raw in Customer.objects.exclude(id=customer.id).values_list("raw", flat=True)
    ]
    if is_stored_first:
        customer_vehicles_fetch(access=system_access(), customer=customer)
    list_apply(organization_a, others, listed_at)
    if not is_stored_first:
        lose_with_customers()
        customer_vehicles_fetch(access=system_access(), customer=customer)
    lose_with_customers()
    assert Customer.objects.get(id=customer.id).is_gone
    assert {row.is_gone for row in customer.vehicles.all()} == {True}
    assert min(row.fetched_at for row in customer.vehicles.all()) > listed_at


def test_it_never_takes_over_a_customer_of_another_organisation(
    world: Any, organization_a: Any, organization_b: Any, caplog: pytest.LogCaptureFixture
) -> None:
    refresh(organization_b)
    theirs = Customer.objects.filter(organization=organization_b).order_by("id").first()
    assert theirs is not None
    world.add_user(str(organization_a.id), id=str(theirs.id), last_name="Stolen")
    with caplog.at_level(logging.WARNING):
        refresh(organization_a)
    theirs.refresh_from_db()
    assert (theirs.organization_id, theirs.last_name == "Stolen") == (organization_b.id, False)
    assert str(theirs.id) in caplog.text


def test_users_without_anything_still_have_a_name(world: Any, organization_a: Any) -> None:
    plain = world.add_user(str(organization_a.id), email="")
    numbered = world.add_user(str(organization_a.id), email="", external_user_id="AS-1")
    refresh(organization_a)
    assert Customer.objects.get(id=plain.id).name == "No name"
    assert Customer.objects.get(id=numbered.id).name == "AS-1"


def test_names_of_any_length_and_kind_are_kept(world: Any, organization_a: Any) -> None:
    user = world.add_user(
        str(organization_a.id), first_name="x" * 5000, last_name="\0<script>\ud800", external_user_id="9" * 999
    )
    refresh(organization_a)
    found = Customer.objects.get(id=user.id)
    assert len(found.first_name) == 300
    assert "\0" not in found.last_name


@pytest.mark.parametrize(
    "kind", ["500", "html", "cut_json", "cut", "empty", "401", "403", "404", "429", "302", "wrong_shape", "missing_id"]
)
def test_of_a_list_that_fails_nothing_is_applied(kind: str, world: Any, organization_a: Any) -> None:
    refresh(organization_a)
    count, user = Customer.objects.count(), listed_by(world, organization_a)[0]
    world.patch_user(user.id, {"last_name": "Changed"})
    world.faults.add(Fault(kind=kind, match="users", times=None))
    result = refresh(organization_a)
    assert result.error
    assert Customer.objects.filter(is_gone=False).count() == count
    assert not Customer.objects.filter(last_name="Changed").exists()
    organization_a.refresh_from_db()
    assert organization_a.directory_error == result.error


def test_an_id_listed_twice_is_one_customer(world: Any, organization_a: Any) -> None:
    from podero_admin.podero import User

    twice = [
        User.parse({"id": "11111111-1111-4111-8111-111111111111", "role": "user", "email": f"{n}@example.org"})
        for n in "ab"
    ]
    assert list_apply(organization_a, twice, timezone.now()) == 1
    assert Customer.objects.get().email == "b@example.org"


def test_asked_for_by_a_person_it_is_an_event(alice: Any, access_of: Any, organization_a: Any) -> None:
    refresh(organization_a, access_of(alice))
    event = Event.objects.get(action="customers.refreshed")
    assert (event.actor_id, event.outcome, event.organization_id) == (alice.id, "done", organization_a.id)


def test_its_failure_is_an_event_too(alice: Any, access_of: Any, organization_a: Any, sandbox: Any) -> None:
    sandbox.stop()
    assert refresh(organization_a, access_of(alice)).error
    assert Event.objects.get(action="customers.refreshed").outcome == "failed"


def test_the_application_itself_leaves_no_event(organization_a: Any) -> None:
    refresh(organization_a)
    assert not Event.objects.filter(action="customers.refreshed").exists()


def test_charlie_cannot_fetch_the_list_of_another_organisation(
    charlie: Any, access_of: Any, organization_a: Any
) -> None:
    with pytest.raises(NotFound):
        refresh(organization_a, access_of(charlie))
    assert not Customer.objects.exists()


def test_somebody_without_a_seat_is_refused(organization_a: Any) -> None:
    from podero_admin.core.access import NOBODY

    with pytest.raises((NotAllowed, NotFound)):
        refresh(organization_a, NOBODY)


def test_one_list_is_fetched_once_at_a_time(organization_a: Any) -> None:
    cache.add(f"directory:refreshing:{organization_a.id}", "somebody", 60)
    with pytest.raises(Conflicting):
        refresh(organization_a)
    tasks.refresh(str(organization_a.id))
    assert not Customer.objects.exists()


def test_a_list_of_an_organisation_that_left_the_file_is_not_fetched(
    organization_a: Any, settings: Any, tmp_path: Any
) -> None:
    settings.PODERO_ORGANIZATIONS = tmp_path / "none.toml"
    assert refresh(organization_a).error


class TestFreshness:
    def test_a_list_never_fetched_is_fetched_at_once(self, alice: Any, access_of: Any, organization_a: Any) -> None:
        services.customers_ensure_fresh(access=access_of(alice))
        assert Customer.objects.exists()

    def test_a_young_list_is_left_alone(self, alice: Any, access_of: Any, organization_a: Any) -> None:
        age(organization_a, 10)
        services.customers_ensure_fresh(access=access_of(alice))
        assert not Customer.objects.exists()

    def test_a_list_a_little_old_is_left_to_a_task(
        self, alice: Any, access_of: Any, organization_a: Any, settings: Any
    ) -> None:
        age(organization_a, settings.DIRECTORY_MAX_AGE * 1.5)
        services.customers_ensure_fresh(access=access_of(alice))
        assert not Customer.objects.exists()
        tasks.refresh(str(organization_a.id))
        assert Customer.objects.exists()

    def test_a_list_far_too_old_is_fetched_at_once(
        self, alice: Any, access_of: Any, organization_a: Any, settings: Any
    ) -> None:
        age(organization_a, settings.DIRECTORY_MAX_AGE * 3)
        services.customers_ensure_fresh(access=access_of(alice))
        assert Customer.objects.exists()

    def test_after_a_failure_nobody_waits_again_for_a_while(
        self, alice: Any, access_of: Any, organization_a: Any, world: Any
    ) -> None:
        world.faults.add(Fault(kind="500", match="users", times=1))
        services.customers_ensure_fresh(access=access_of(alice))
        services.customers_ensure_fresh(access=access_of(alice))
        assert not Customer.objects.exists()

    def test_the_periodic_scan_fetches_what_is_due(self, organization_a: Any, organization_b: Any) -> None:
        age(organization_a, 10)
        assert services.customers_refresh_due() == 1
        assert set(Customer.objects.values_list("organization_id", flat=True)) == {organization_b.id}

    def test_its_task_does_the_same(self, organization_a: Any) -> None:
        tasks.refresh_due()
        assert Customer.objects.exists()


class TestAskedToWait:
    """Podero answered 429: until what it named in Retry-After is over, only a person's own press asks again."""

    @pytest.fixture
    def asked(self, world: Any) -> Any:
        return lambda: sum(entry.endpoint == "users" for entry in list(world.requests))

    @pytest.fixture
    def refused(self, world: Any, organization_a: Any) -> Any:
        def refuse(retry_after: str | None) -> services.RefreshResult:
            world.faults.add(Fault(kind="429", match="users", times=1, retry_after=retry_after))
            return refresh(organization_a)

        return refuse

    def test_neither_the_worker_nor_a_page_asks_again(
        self, refused: Any, asked: Any, alice: Any, access_of: Any, organization_a: Any, time_machine: Any
    ) -> None:
        assert refused("600").error
        before = asked()
        time_machine.move_to(timezone.now() + timedelta(seconds=590), tick=True)
        age(organization_a, 100_000)
        services.customers_ensure_fresh(access=access_of(alice))
        services._refresh_quietly(organization_a)
        tasks.refresh(str(organization_a.id))
        assert "Podero asked us to wait until " in refresh(organization_a).error
        assert asked() == before

    @pytest.mark.parametrize(("retry_after", "seconds"), [("600", 601), ("86400", 3601), (None, 61), ("soon", 61)])
    def test_when_that_is_over_it_is_asked_for(
        self, retry_after: str | None, seconds: int, refused: Any, organization_a: Any, time_machine: Any
    ) -> None:
        refused(retry_after)
        now = timezone.now()
        time_machine.move_to(now + timedelta(seconds=seconds - 5), tick=True)
        assert refresh(organization_a).error
        time_machine.move_to(now + timedelta(seconds=seconds), tick=True)
        assert not refresh(organization_a).error

    def test_that_podero_is_back_does_not_end_it(self, refused: Any, asked: Any, organization_a: Any) -> None:
        refused("600")
        before = asked()
        facts.keep(str(organization_a.id), "reads", facts.Line(failures=facts.AWAY_AFTER, at=time.time() - 60))
        assert services.podero_look_again() == 1
        tasks.refresh(str(organization_a.id))
        assert asked() == before

    def test_a_persons_press_asks_and_ends_it(
        self, refused: Any, alice: Any, access_of: Any, organization_a: Any
    ) -> None:
        refused("600")
        assert not refresh(organization_a, access_of(alice)).error
        assert not refresh(organization_a).error

    def test_another_organisation_is_asked(self, refused: Any, organization_b: Any) -> None:
        refused("600")
        assert not refresh(organization_b).error
