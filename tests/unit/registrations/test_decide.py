"""A senior ends what the settler cannot decide, with a reason."""

import json

import pytest
from django.db import connection

from podero_admin.audit.models import Event
from podero_admin.core.errors import Conflicting, Invalid, NotAllowed
from podero_admin.directory.models import Customer
from podero_admin.organizations.selectors import system_access
from podero_admin.registrations.models import Registration
from podero_admin.registrations.services import registration_decide, vehicles_look
from podero_admin.sandbox.faults import Fault
from podero_admin.vehicles.models import Vehicle

pytestmark = pytest.mark.django_db


@pytest.fixture
def in_review(press, settle, world):
    """A registration whose vehicle shows no tag."""
    world.faults.add(Fault("lost_after", match="register"))
    world.faults.add(Fault("list_lacks_comment", match="vehicles", times=None))
    registration = press()
    for moment in (3, 6, 301):
        settle(after=moment)
    registration.refresh_from_db()
    assert registration.outcome == "review"
    return registration


@pytest.fixture
def decide(access_of, sara):
    def say(registration, vehicle, reason="Seen in Podero's own console", by=None):
        who = access_of(by or sara)
        registration_decide(access=who, registration=registration, vehicle_id=vehicle, reason=reason)
        registration.refresh_from_db()
        return registration

    return say


def candidate(registration):
    return Vehicle.objects.get(id=registration.candidate_ids[0])


def test_the_chosen_vehicle_is_linked_with_a_reason_and_an_event(in_review, decide, sara):
    vehicle = candidate(in_review)
    decide(in_review, vehicle.id)
    assert (in_review.outcome, in_review.seen, in_review.vehicle) == ("confirmed", "chosen_by_senior", vehicle)
    assert (in_review.decided_by, in_review.decision_reason) == (sara, "Seen in Podero's own console")
    event = Event.objects.get(action="registration.decided")
    assert (event.actor_id, event.reason, event.outcome) == (sara.id, "Seen in Podero's own console", "confirmed")
    vehicle.refresh_from_db()
    assert vehicle.registered_reference == in_review.reference


def test_none_makes_it_absent_and_it_can_be_sent_again(in_review, decide):
    decide(in_review, None)
    assert (in_review.outcome, in_review.seen, in_review.vehicle) == ("absent", "none_by_senior", None)
    assert in_review.next_check_at is not None


def test_unknown_may_be_ended_too(press, world, decide):
    world.faults.add(Fault("lost_before", match="register"))
    assert decide(press(), None).outcome == "absent"


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501, "a\0b"])
def test_a_reason_is_needed(in_review, decide, reason):
    with pytest.raises(Invalid) as refused:
        decide(in_review, None, reason=reason)
    assert "reason" in refused.value.fields
    assert Registration.objects.get(pk=in_review.pk).outcome == "review"


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_only_seniors_decide(in_review, decide, request, who):
    with pytest.raises(NotAllowed):
        decide(in_review, None, by=request.getfixturevalue(who))
    assert Registration.objects.get(pk=in_review.pk).outcome == "review"


def test_a_vehicle_of_another_customer_is_refused(in_review, decide, world, access_of, sara):
    other = next(
        customer
        for customer in Customer.objects.filter(organization=in_review.organization_id).exclude(
            id=in_review.customer_id
        )
        if world.vehicles_of(str(customer.id))
    )
    vehicles_look(access=access_of(sara), customer=other)
    with pytest.raises(Invalid, match="not this customer's"):
        decide(in_review, Vehicle.objects.filter(customer=other).first().id)
    assert Registration.objects.get(pk=in_review.pk).outcome == "review"


def test_a_vehicle_that_does_not_exist_is_refused(in_review, decide):
    with pytest.raises(Invalid):
        decide(in_review, "00000000-0000-4000-8000-000000000001")


def test_a_vehicle_that_another_registration_has_is_refused(press, settle, world, decide):
    linked = press().vehicle
    world.faults.add(Fault("lost_before", match="register"))
    registration = press(confirm=True)
    with pytest.raises(Invalid, match="another registration has it"):
        decide(registration, linked.id)
    assert Registration.objects.get(pk=registration.pk).outcome == "unknown"


def test_a_vehicle_that_is_linked_at_the_same_moment_is_refused_in_words(press, world, decide):
    """The other registration gets it between our look and our statement."""
    other = press()
    vehicle = other.vehicle_id
    Registration.objects.filter(pk=other.pk).update(vehicle=None)
    world.faults.add(Fault("lost_before", match="register"))
    registration = press(confirm=True)

    def link_meanwhile(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if ' AS "a" FROM "registrations_registration"' in sql:
            Registration.objects.filter(pk=other.pk).update(vehicle=vehicle)
        return result

    with connection.execute_wrapper(link_meanwhile), pytest.raises(Invalid, match="another registration has it"):
        decide(registration, vehicle)
    assert Registration.objects.get(pk=registration.pk).outcome == "unknown"


@pytest.mark.parametrize("kind", ["201", "422"])
def test_what_is_settled_is_not_decided(press, world, decide, kind):
    world.faults.add(Fault(kind, match="register"))
    registration = press()
    before = registration.outcome
    with pytest.raises(Conflicting):
        decide(registration, None)
    registration.refresh_from_db()
    assert (registration.outcome, registration.decision_reason) == (before, "")
    assert not Event.objects.filter(action="registration.decided").exists()


def test_the_truth_wins_over_a_decision(in_review, decide, world, settle):
    decide(in_review, None)
    world.faults.clear()
    settle(after=6 * 3600 + 400)
    in_review.refresh_from_db()
    assert (in_review.outcome, in_review.seen) == ("confirmed", "tag_found")


def test_a_vehicle_that_was_there_before_cannot_be_chosen(press, decide, world, jana):
    old = world.add_vehicle(str(jana.id), comment="an older car")
    vehicles_look(access=system_access(), customer=jana)
    world.faults.add(Fault("lost_before", match="register"))
    registration = press(baseline=[old.id])
    with pytest.raises(Invalid, match="there before"):
        decide(registration, old.id)
    assert Registration.objects.get(pk=registration.pk).outcome == "unknown"
    assert Vehicle.objects.get(id=old.id).registered_reference == ""


def test_the_event_tells_what_it_was_and_not_what_was_read_before(press, decide, world):
    world.faults.add(Fault("lost_before", match="register"))
    registration = press()
    read_before = Registration.objects.get(pk=registration.pk)
    Registration.objects.filter(pk=registration.pk).update(outcome="review")
    decide(read_before, None)
    assert json.loads(Event.objects.get(action="registration.decided").changes)["outcome"] == ["review", "absent"]
