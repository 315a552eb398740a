"""Verifying: whatever somebody did to the tables, the first bad event is named."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from podero_admin.audit import triggers
from podero_admin.audit.actions import Action
from podero_admin.audit.models import ChainHead, Event
from podero_admin.audit.services import Verification, verify_chain, verify_now
from podero_admin.audit.tasks import verify
from podero_admin.core.access import Access
from podero_admin.core.errors import NotAllowed
from tests.clocks import clock_off_by

Recorded = Callable[..., Event]
Tamper = Callable[..., None]


@pytest.fixture
def five(recorded: Recorded) -> list[Event]:
    return [recorded() for _ in range(5)]


def told() -> list[str]:
    return list(
        Event.objects.filter(action=Action.EVENTS_VERIFIED).order_by("number").values_list("outcome", flat=True)
    )


def test_an_untouched_log_is_unbroken(five: list[Event]):
    found = verify_chain()
    assert found.is_unbroken
    assert found.checked == found.count == five[-1].number
    assert told() == []


def test_a_changed_event_is_named(five: list[Event], tamper: Tamper):
    tamper("UPDATE audit_event SET reason = 'nothing to see' WHERE number = %s", five[2].number)
    found = verify_chain()
    assert (found.bad_number, found.is_unbroken) == (five[2].number, False)
    assert "was changed" in found.problem


def test_a_change_with_its_hash_made_to_fit_breaks_the_next_one(five: list[Event], tamper: Tamper):
    tamper("UPDATE audit_event SET hash = %s WHERE number = %s", "a" * 64, five[2].number)
    assert verify_chain().bad_number == five[2].number


def test_a_removed_event_is_named(five: list[Event], tamper: Tamper):
    tamper("DELETE FROM audit_event WHERE number = %s", five[1].number)
    assert verify_chain().problem == f"event {five[1].number} is missing"


def test_a_cut_end_is_seen(five: list[Event], tamper: Tamper):
    tamper("DELETE FROM audit_event WHERE number >= %s", five[3].number)
    assert verify_chain().bad_number == five[3].number


def test_a_cut_end_with_the_head_put_back_is_seen_after_a_check(five: list[Event], tamper: Tamper):
    verify_chain()
    tamper("DELETE FROM audit_event WHERE number >= %s", five[3].number)
    tamper("UPDATE audit_chainhead SET number = %s, hash = %s", five[2].number, five[2].hash)
    assert "it was there at the last check" in verify_chain().problem


def test_an_exchanged_last_event_is_seen(five: list[Event], tamper: Tamper):
    tamper("UPDATE audit_chainhead SET hash = %s", "b" * 64)
    assert "not the one the chain ended with" in verify_chain().problem


def test_an_event_slipped_in_behind_the_end_is_seen(five: list[Event], tamper: Tamper):
    tamper("UPDATE audit_chainhead SET number = %s, hash = %s", five[3].number, five[3].hash)
    assert verify_chain().bad_number == five[4].number


def test_an_event_before_the_first_is_seen(five: list[Event], tamper: Tamper):
    first = Event.objects.order_by("number").first()
    assert first is not None
    tamper("UPDATE audit_event SET number = -3 WHERE number = %s", five[4].number)
    assert verify_chain().bad_number == -3


def test_a_break_is_an_error_in_the_log(five: list[Event], tamper: Tamper, caplog: pytest.LogCaptureFixture):
    tamper("UPDATE audit_event SET reason = 'x' WHERE number = %s", five[0].number)
    verify_chain()
    assert [record.levelname for record in caplog.records if "was changed" in record.getMessage()] == ["ERROR"]


def test_a_break_is_told_once_and_its_end_too(five: list[Event], tamper: Tamper):
    tamper("UPDATE audit_event SET reason = 'x' WHERE number = %s", five[0].number)
    verify_chain()
    verify_chain()
    assert told() == ["failed"]
    head = ChainHead.objects.get()
    assert (head.badge.tone, head.checked_problem != "") == ("error", True)
    tamper("UPDATE audit_event SET reason = '' WHERE number = %s", five[0].number)
    assert verify_chain().is_unbroken
    assert told() == ["failed", "done"]
    assert ChainHead.objects.get().badge.label == "Unbroken"


def test_the_task_checks_what_is_new(five: list[Event], recorded: Recorded):
    verify()
    assert ChainHead.objects.get().checked_number == five[-1].number
    recorded()
    assert verify_chain(full=False).checked == 1


def test_a_changed_old_event_is_found_at_the_daily_full_walk(five: list[Event], tamper: Tamper):
    verify()
    tamper("UPDATE audit_event SET reason = 'x' WHERE number = %s", five[0].number)
    assert verify_chain(full=False).is_unbroken
    ChainHead.objects.update(fully_checked_at=timezone.now() - timedelta(hours=25))
    assert verify_chain(full=False).bad_number == five[0].number


def altered(column: str, moment: datetime) -> None:
    """By a statement of somebody who has the database in hand; no trigger minds."""
    with connection.cursor() as cursor:
        value = connection.ops.adapt_datetimefield_value(moment)
        cursor.execute(f"UPDATE audit_chainhead SET {column} = %s", [value])


def test_a_full_check_in_the_future_is_no_check(five: list[Event], tamper: Tamper):
    verify()
    altered("fully_checked_at", datetime(2099, 1, 1, tzinfo=UTC))
    tamper("UPDATE audit_event SET reason = 'x' WHERE number = %s", five[0].number)
    assert verify_chain(full=False).bad_number == five[0].number
    assert ChainHead.objects.get().last_full_check is not None


def test_a_check_in_the_future_is_none_for_the_pages_either(five: list[Event]):
    verify()
    altered("checked_at", datetime(2099, 1, 1, tzinfo=UTC))
    head = ChainHead.objects.get()
    assert (head.last_check, head.badge.value) == (None, "unchecked")
    assert head.last_full_check == head.fully_checked_at


def test_a_mark_of_a_clock_that_is_ahead_by_seconds_is_believed(five: list[Event]):
    with clock_off_by(timedelta(seconds=90)):
        verify()
    assert verify_chain(full=False).checked == 0


def test_a_break_stays_until_all_was_seen_to_be_sound(five: list[Event], tamper: Tamper, recorded: Recorded):
    tamper("UPDATE audit_event SET reason = 'x' WHERE number = %s", five[0].number)
    verify_chain()
    recorded()
    assert not verify_chain(full=False).is_unbroken


def test_an_exchanged_event_at_the_seam_is_seen(five: list[Event], tamper: Tamper, recorded: Recorded):
    verify()
    tamper("DELETE FROM audit_event WHERE number = %s", five[-1].number)
    recorded()
    assert "does not follow" in verify_chain(full=False).problem


def test_an_empty_log_is_unbroken(db: None, tamper: Tamper):
    tamper("DELETE FROM audit_event")
    tamper("DELETE FROM audit_chainhead")
    assert verify_chain().is_unbroken


def test_the_command_says_unbroken_and_how_many(five: list[Event]):
    out = StringIO()
    call_command("audit_verify", stdout=out)
    assert f"unbroken: {five[-1].number} events" in out.getvalue()


def test_the_command_names_the_first_bad_event(five: list[Event], tamper: Tamper):
    tamper("UPDATE audit_event SET actor_name = 'Nobody' WHERE number = %s", five[3].number)
    with pytest.raises(
        CommandError, match=f"broken at event {five[3].number}: event {five[3].number} was changed"
    ) as raised:
        call_command("audit_verify")
    assert raised.value.returncode == 1


def test_the_command_says_what_is_wrong_with_both_chain_and_protection(five: list[Event], tamper: Tamper):
    tamper("UPDATE audit_event SET reason = 'x' WHERE number = %s", five[0].number)
    triggers.lift()
    err = StringIO()
    with pytest.raises(CommandError, match=f"broken at event {five[0].number}"):
        call_command("audit_verify", stdout=StringIO(), stderr=err)
    assert "protection of the log against changes is off: audit_accessrecord_no_" in err.getvalue()


def audit_verify(folder: Path, database: str = "") -> subprocess.CompletedProcess[str]:
    """The command as an operator runs it, with a database of its own: none."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "PODERO_VAR_DIR": str(folder)}
    command = [sys.executable, "manage.py", "audit_verify"]
    return subprocess.run(
        command, env=environment | {"TEST_DATABASE_URL": database}, capture_output=True, text=True, check=False
    )


def test_a_database_without_tables_could_not_be_checked(tmp_path: Path):
    done = audit_verify(tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "The audit log could not be checked: no such table: audit_chainhead." in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_neither_could_one_that_cannot_be_opened(tmp_path: Path):
    (tmp_path / "dev.sqlite3").mkdir()
    done = audit_verify(tmp_path)
    assert done.returncode == 2
    assert "The audit log could not be checked: unable to open database file." in done.stderr


def test_neither_could_one_that_is_halfway_migrated(five: list[Event]):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_chainhead RENAME COLUMN out_of_order_number TO away")
    with pytest.raises(
        CommandError, match=r"could not be checked: .*out_of_order_number( does not exist)?\.$"
    ) as raised:
        call_command("audit_verify")
    assert raised.value.returncode == 2


@pytest.mark.skipif(connection.vendor != "postgresql", reason="a server has to be there to lack a database")
@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"path": "/no_such_database"}, "does not exist"), ({"netloc": "postgres@127.0.0.1:9"}, "refused")],
)
def test_neither_could_one_that_a_server_does_not_have(tmp_path: Path, wrong: dict[str, str], said: str):
    url = urlsplit(os.environ["TEST_DATABASE_URL"])._replace(**wrong)
    done = audit_verify(tmp_path, url.geturl())
    assert done.returncode == 2
    assert "The audit log could not be checked: " in done.stderr
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_task_tells_the_log_file_of_a_protection_that_is_off(five: list[Event], caplog: pytest.LogCaptureFixture):
    triggers.lift()
    verify()
    assert [line.levelname for line in caplog.records if "protection" in line.getMessage()] == ["ERROR"]


def warned(found: Verification) -> str:
    """What verifying says of the clocks; the head says the same, and nothing is broken by it."""
    assert found.is_unbroken
    assert ChainHead.objects.get().clock_warning == found.warning
    assert ChainHead.objects.get().badge.label == "Unbroken"
    return found.warning


def test_clocks_that_differ_by_seconds_are_no_matter(five: list[Event], recorded: Recorded):
    with clock_off_by(timedelta(minutes=4)):
        recorded()
    recorded()
    assert warned(verify_chain()) == ""


def test_a_newest_event_in_the_future_is_told(five: list[Event], recorded: Recorded):
    with clock_off_by(timedelta(days=30, minutes=1)):
        wrong = recorded()
    assert warned(verify_chain()) == f"event #{wrong.number} bears a time 30 days ahead of now: a clock is wrong"


@pytest.mark.parametrize("full", [True, False])
def test_times_that_fall_back_are_told_wherever_the_walk_begins(five: list[Event], recorded: Recorded, full: bool):
    with clock_off_by(timedelta(hours=2)):
        recorded()
    verify_chain()  # so that the short walk begins between the two
    back = recorded()
    words = f"times are not in order at #{back.number}: a clock was wrong"
    assert warned(verify_chain(full=full)) == words
    recorded()
    assert warned(verify_chain(full=False)) == words
    assert warned(verify_chain()) == words


def test_a_clock_that_was_behind_for_a_while_is_told_too(five: list[Event], recorded: Recorded):
    with clock_off_by(timedelta(days=-2)):
        back = recorded()
    recorded()
    assert warned(verify_chain()) == f"times are not in order at #{back.number}: a clock was wrong"


def test_the_command_warns_of_clocks_and_is_content(five: list[Event], recorded: Recorded):
    with clock_off_by(timedelta(days=2)):
        recorded()
    back, out, err = recorded(), StringIO(), StringIO()
    call_command("audit_verify", stdout=out, stderr=err)
    assert "unbroken" in out.getvalue()
    assert f"Warning: times are not in order at #{back.number}: a clock was wrong." in err.getvalue()


def test_an_agent_may_not_have_it_verified(db: None):
    with pytest.raises(NotAllowed):
        verify_now(access=Access(staff_id=3, email="", name="Alice"))
