"""A pass: begun once, followed by whoever works, gone on with after whatever happened, ended when nobody is left."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from podero_admin.directory.models import Customer
from podero_admin.mirror.models import Pass
from podero_admin.mirror.services import lanes_nudge, pass_begin_full, pass_note
from podero_admin.registrations.services import vehicles_look
from podero_admin.sandbox.faults import Fault


def full(organization: Any) -> Pass:
    return pass_begin_full(organization_id=organization.id)


def test_everybody_is_made_due_the_longest_known_first(listed: Any, run: Any) -> None:
    while run().looked:
        pass
    begun = full(listed)
    due = Customer.objects.filter(organization=listed, look_due_at__lte=begun.begun_at)
    assert begun.total == due.count() == Customer.objects.count()
    assert [each.id for each in due.order_by("look_due_at")] == [each.id for each in due.order_by("vehicles_asked_at")]


def test_those_who_are_gone_are_not_made_due(listed: Any) -> None:
    gone = Customer.objects.filter(organization=listed).first()
    assert gone is not None
    Customer.objects.filter(id=gone.id).update(is_gone=True, look_due_at=None)
    assert full(listed).total == Customer.objects.count() - 1


def test_a_second_one_goes_on_with_the_first(listed: Any, access: Any) -> None:
    begun = full(listed)
    vehicles_look(access=access, customer=Customer.objects.filter(organization=listed)[0])
    assert full(listed).pk == begun.pk


def test_it_ends_when_nobody_is_left(listed: Any, run: Any) -> None:
    full(listed)
    while run().looked:
        pass
    ended = Pass.objects.get()
    assert ended.ended_at is not None
    assert (ended.done, ended.left, ended.failed) == (ended.total, 0, 0)
    assert full(listed).pk != ended.pk


def test_who_is_claimed_by_a_dead_process_is_not_forgotten(listed: Any, run: Any, only: Any) -> None:
    begun = full(listed)
    only(listed)
    Customer.objects.filter(look_due_at__lte=begun.begun_at).update(
        look_claimed_until=timezone.now() + timedelta(days=1)
    )
    run()
    assert Pass.objects.get().ended_at is None


def test_who_fails_is_counted_and_does_not_hold_it_up(listed: Any, run: Any, world: Any) -> None:
    world.faults.add(Fault("404", "vehicles", times=2))
    full(listed)
    while run().looked:
        pass
    ended = Pass.objects.get()
    assert (ended.ended_at is not None, ended.failed) == (True, 2)


def test_a_backlog_of_more_than_a_minute_is_a_pass_of_its_own(listed: Any, settings: Any) -> None:
    lanes_nudge()
    assert not Pass.objects.exists()
    settings.MIRROR_PER_SECOND = 0.1
    lanes_nudge()
    lanes_nudge()
    begun = Pass.objects.get()
    assert (begun.is_full, begun.total) == (False, Customer.objects.filter(organization=listed).count())
    assert full(listed).is_full
    assert Pass.objects.filter(ended_at__isnull=True).count() == 1


def test_what_is_left_is_counted_now_and_then(listed: Any, run: Any, settings: Any, only: Any) -> None:
    begun = full(listed)
    only(listed, 3)
    pass_note(organization_id=listed.id)
    assert Pass.objects.get().left == begun.total
    Pass.objects.update(noted_at=timezone.now() - timedelta(minutes=1))
    pass_note(organization_id=listed.id)
    assert Pass.objects.get().left == 3
