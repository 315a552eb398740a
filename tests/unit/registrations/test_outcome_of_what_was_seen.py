"""The table of outcomes, row by row, over real HTTP: what Podero did, and what became of the registration."""

from pathlib import Path

import pytest

from podero_admin.sandbox.faults import Fault

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["201", "202", "missing_field", "new_value", "wrong_types"])
def test_a_readable_id_confirms_whatever_else_is_odd(press, world, kind):
    world.faults.add(Fault(kind, match="register", field="connection_status", value="degraded"))
    registration = press()
    assert registration.outcome == "confirmed"
    assert str(registration.vehicle_id) == world.vehicles_of(str(registration.customer_id))[0]["id"]


@pytest.mark.parametrize(
    "kind",
    [
        "null_id", "missing_id", "wrong_id", "wrong_shape", "empty", "html", "204", "lost_before", "lost_after", "reset_before",
        "reset_after", "cut", "500", "502", "503", "504", "500_after", "502_after", "503_after", "504_after", "301", "302", "307",
        "308", "429", "429_after", "big", "gzip_bomb",
    ],
)  # fmt: skip
def test_an_answer_that_proves_nothing_is_unknown(press, world, kind):
    world.faults.add(Fault(kind, match="register", size=3_000_000))
    registration = press()
    assert registration.outcome == "unknown"
    assert registration.next_check_at is not None
    assert len([request for request in world.requests if request.endpoint == "register"]) == 1


def test_a_cut_answer_still_yields_its_id(press, world):
    world.faults.add(Fault("cut_json", match="register"))
    assert press().outcome in {"confirmed", "unknown"}


@pytest.mark.parametrize("kind", ["hang_before", "hang_after"])
def test_no_answer_in_time_is_unknown(press, world, kind):
    world.faults.add(Fault(kind, match="register"))
    registration = press()
    assert (registration.outcome, registration.seen) == ("unknown", "timed_out")


def test_an_answer_that_drips_past_the_deadline_is_unknown(press, world):
    world.faults.add(Fault("drip", match="register", delay=30))
    assert press().outcome == "unknown"


@pytest.mark.parametrize("kind", ["400", "403", "404", "422"])
def test_a_refusal_is_rejected(press, world, kind):
    world.faults.add(Fault(kind, match="register"))
    registration = press()
    assert registration.outcome == "rejected"
    assert world.vehicles_of(str(registration.customer_id)) == []


def test_the_apis_field_messages_are_kept(press, world):
    world.faults.add(
        Fault("422", match="register", detail=[{"loc": ["body", "data", "price_zone"], "msg": "not here", "type": "x"}])
    )
    assert press().field_messages == {"price_zone": ["not here"]}


def test_a_conflict_that_is_found_by_its_tag_is_confirmed(press, world):
    world.faults.add(Fault("409_after", match="register"))
    registration = press()
    assert (registration.outcome, registration.seen) == ("confirmed", "conflict_found")


def test_a_conflict_that_a_complete_list_does_not_show_is_rejected(press, world):
    world.faults.add(Fault("409", match="register"))
    assert press().outcome == "rejected"


def test_a_conflict_without_a_list_is_unknown(press, world):
    world.faults.add(Fault("409", match="register"))
    world.faults.add(Fault("500", match="vehicles", times=None))
    assert press().outcome == "unknown"


def test_after_one_401_a_fresh_token_is_tried_once(press, world):
    world.faults.add(Fault("401", match="register"))
    registration = press()
    assert registration.outcome == "confirmed"
    assert len(world.vehicles_of(str(registration.customer_id))) == 1


def test_a_second_401_is_rejected(press, world):
    world.faults.add(Fault("401", match="register", times=2))
    registration = press()
    assert (registration.outcome, registration.seen) == ("rejected", "unauthorized_twice")


def test_a_token_endpoint_that_is_away_means_not_sent(press, world):
    world.revoke_tokens()
    from django.core.cache import cache

    cache.clear()
    world.faults.add(Fault("503", match="token", times=None))
    registration = press()
    assert registration.outcome == "not_sent"
    assert [request for request in world.requests if request.endpoint == "register"] == []


def test_a_refused_connection_means_not_sent(press, sandbox, settings, write_organizations, jana):
    path = Path(write_organizations())
    path.write_text(
        path.read_text(encoding="utf-8").replace(sandbox.api_url, "http://127.0.0.1:9/api/partners/v2.0"),
        encoding="utf-8",
    )
    registration = press()
    assert (registration.outcome, registration.seen) == ("not_sent", "not_reached")


def test_an_organization_that_left_the_file_is_not_called(press, write_organizations, jana, settings, tmp_path):
    path = Path(write_organizations())
    path.write_text(
        path.read_text(encoding="utf-8").replace(settings.ALPENSTROM, "00000000-0000-4000-8000-000000000001"),
        encoding="utf-8",
    )
    registration = press()
    assert (registration.outcome, registration.seen) == ("not_sent", "not_configured")
