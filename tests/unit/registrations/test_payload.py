"""What is sent: the allow-list, empties, ticks and kinds; and the tag that finds a registration again."""

import html
import json
from datetime import UTC, date, datetime, time
from decimal import Decimal
from importlib.resources import files
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from podero_admin.fields import DEVICE_MODEL_INPUTS, INPUT_GROUPS, INPUTS
from podero_admin.fields.tags import note_of, reference_in, tag
from podero_admin.podero.contract import ElectricVehicleInput
from podero_admin.registrations.payload import (
    NOTE_MAX,
    REFERENCE_LETTERS,
    PayloadError,
    build,
    build_partly,
    new_reference,
    note_problem,
    with_tag,
)

CONTRACT = yaml.safe_load(
    (files("podero_admin") / "podero" / "register-electric-vehicle.openapi.yaml").read_text(encoding="utf-8"),
)
VALIDATOR = Draft202012Validator(
    {"$ref": "#/components/schemas/ElectricVehicleInput", "components": CONTRACT["components"]},
    format_checker=Draft202012Validator.FORMAT_CHECKER,
)
OPEN = {name for group in INPUT_GROUPS if group.tier == "open" for name in group.fields}
SENIOR = set(INPUTS) - OPEN
REFERENCE = "R-7F3K2M9QXA"
TAG = "[pa:7F3K2M9QXA-1] "


def cleaned(**changes: Any) -> dict[str, Any]:
    """A form as the contract's defaults fill it, with nothing optional typed."""
    switches = {"is_smart_optimization_active": "true", "charge_deadline_at": time(6, 0), "price_zone": "AT"}
    empty = {name: "" if field.kind in {"text", "uuid"} else None for name, field in DEVICE_MODEL_INPUTS.items()}
    defaults = {name: field.default for name, field in INPUTS.items()}
    return {**defaults, **empty, "comment": "", **switches, **changes}


def sent(*, send_place: bool = False, send_system: bool = False, **changes: Any) -> dict[str, Any]:
    payload = build(cleaned(**changes), send_place=send_place, send_system=send_system)
    VALIDATOR.validate(json.loads(json.dumps(payload)))
    assert ElectricVehicleInput.model_validate(payload).to_json() == payload, "What is shown is not what is sent."
    return payload


def test_it_sends_every_open_field_as_shown_and_nothing_else() -> None:
    assert sent() == {
        "price_zone": "AT",
        "charge_target_min": 50,
        "minimum_charge_limit": 100,
        "charge_deadline_at": "06:00:00",
        "is_charge_policy_enabled": False,
        "is_over_charge_allowed": False,
        "expected_max_charge_power": 3600,
        "hems_min_export_to_start_w": 2000,
        "hems_max_import_before_stopping_w": 4000,
        "hems_min_production_to_start_w": 3000,
        "hems_min_production_before_stopping_w": 2000,
        "minimum_solar_coverage": 1,
        "is_smart_optimization_active": True,
        "is_pause_power_active": False,
        "boost_for_next_session": False,
    }


def test_it_never_sends_what_is_not_on_the_list() -> None:
    payload = sent(send_place=True, send_system=True, charge_target_max=90, csrf="x", owner={"id": "u"})
    assert set(payload) <= set(INPUTS)


def test_a_cleared_field_that_may_be_null_is_sent_as_null() -> None:
    payload = sent(charge_target_min=None, minimum_charge_limit=None, charge_deadline_at=None)
    assert payload["charge_target_min"] is payload["minimum_charge_limit"] is payload["charge_deadline_at"] is None


@pytest.mark.parametrize("name", ["expected_max_charge_power", "hems_min_export_to_start_w", "price_zone"])
@pytest.mark.parametrize("empty", [None, ""])
def test_any_other_cleared_field_is_refused(name: str, empty: Any) -> None:
    with pytest.raises(PayloadError) as refused:
        sent(**{name: empty})
    assert refused.value.fields == (name,)


def test_a_field_that_the_form_did_not_decide_is_refused() -> None:
    form = cleaned()
    del form["price_zone"], form["is_charge_policy_enabled"]
    with pytest.raises(PayloadError, match="price_zone, is_charge_policy_enabled"):
        build(form, send_place=False, send_system=False)


def test_a_form_that_is_still_being_typed_shows_what_there_is() -> None:
    assert build_partly({"charge_target_min": 30}, send_place=True, send_system=True) == {"charge_target_min": 30}


def test_an_empty_note_model_and_pause_are_left_out() -> None:
    assert not {"comment", "device_model", "pause_power_until"} & set(sent())


def test_zero_and_false_are_not_empty() -> None:
    payload = sent(charge_target_min=0, hems_max_import_before_stopping_w=0, is_smart_optimization_active=False)
    assert payload["charge_target_min"] == 0
    assert payload["hems_max_import_before_stopping_w"] == 0
    assert payload["is_smart_optimization_active"] is False


def test_the_device_model_is_sent_whole_as_an_electric_vehicle() -> None:
    service = UUID("0b5e5f0e-8a53-4b11-9f11-111111111111")
    payload = sent(
        device_model_manufacturer="Tesla",
        device_model_model="Model 3",
        device_model_year=2023,
        device_model_cloud_service_id=service,
    )
    assert payload["device_model"] == {
        "device_type": {"short_name": "ev", "long_name": "Electric Vehicle"},
        "manufacturer": "Tesla",
        "model": "Model 3",
        "year": 2023,
        "cloud_service_id": str(service),
    }


def test_what_is_not_known_of_a_device_model_is_null() -> None:
    model = sent(device_model_manufacturer="Tesla", device_model_model="Model 3")["device_model"]
    assert model["year"] is model["cloud_service_id"] is None


@pytest.mark.parametrize("given_name", ["device_model_manufacturer", "device_model_year"])
def test_half_a_device_model_is_refused(given_name: str) -> None:
    with pytest.raises(PayloadError) as refused:
        sent(**{given_name: 2023 if given_name.endswith("year") else "Tesla"})
    assert "device_model_model" in refused.value.fields
    assert given_name not in refused.value.fields


PLACE = {
    "latitude": Decimal("48.2082"),
    "longitude": Decimal(16),
    "coordinates_last_updated_at": datetime(2026, 11, 16, 12, 0, tzinfo=ZoneInfo("Europe/Vienna")),
}


def test_place_and_system_go_only_with_their_tick() -> None:
    filled = {**PLACE, "lifecycle_error": "broken", "is_trading_enabled": True, "battery_at_plug_in": 40.5}
    assert not SENIOR & set(sent(**filled))
    place = sent(send_place=True, **filled)
    assert {name: place[name] for name in SENIOR & set(place)} == {
        "latitude": 48.2082,
        "longitude": 16,
        "coordinates_last_updated_at": "2026-11-16T11:00:00+00:00",
        "geo_fence_distance_m": 100,
    }
    system = sent(send_system=True, **filled)
    assert {name: system[name] for name in SENIOR & set(system)} == {
        "lifecycle_state": "authenticated",
        "lifecycle_error": "broken",
        "is_trading_enabled": True,
        "actual_steering_state": "unknown",
        "battery_at_plug_in": 40.5,
    }


def test_of_place_and_system_only_what_is_filled_in_goes() -> None:
    empty = {name: False if INPUTS[name].kind == "boolean" else None for name in SENIOR}
    assert not SENIOR & set(sent(send_place=True, send_system=True, **empty))


def test_zero_degrees_are_filled_in() -> None:
    payload = sent(send_place=True, latitude=Decimal(0), longitude=0.0)
    assert (payload["latitude"], payload["longitude"]) == (0, 0)


def test_times_are_written_as_the_contract_wants_them() -> None:
    pause = datetime(2026, 7, 1, 8, 30, tzinfo=ZoneInfo("Europe/Vienna"))
    payload = sent(charge_deadline_at=time(7, 5), pause_power_until=pause, is_pause_power_active=True)
    assert payload["charge_deadline_at"] == "07:05:00"
    assert payload["pause_power_until"] == "2026-07-01T06:30:00+00:00"


def test_whole_numbers_are_sent_as_such() -> None:
    payload = sent(charge_target_min=Decimal(30), minimum_solar_coverage=Decimal("0.5"))
    assert (payload["charge_target_min"], type(payload["charge_target_min"])) == (30, int)
    assert (payload["minimum_solar_coverage"], type(payload["minimum_solar_coverage"])) == (0.5, float)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("charge_target_min", Decimal("30.5")),
        ("charge_target_min", "30"),
        ("charge_target_min", True),
        ("minimum_solar_coverage", Decimal("NaN")),
        ("minimum_solar_coverage", float("inf")),
        ("is_smart_optimization_active", "yes"),
        ("is_smart_optimization_active", 1),
        ("price_zone", 7),
        ("charge_deadline_at", "06:00"),
        ("pause_power_until", datetime(2026, 7, 1, 8, 30)),
        ("pause_power_until", datetime(1, 1, 1, tzinfo=ZoneInfo("Europe/Vienna"))),
        ("pause_power_until", date(2026, 7, 1)),
        ("comment", "[pa: mine"),
        ("comment", 7),
        ("comment", "nothing\0"),
        ("comment", "half a character \ud800"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_and_named(name: str, value: Any) -> None:
    with pytest.raises(PayloadError) as refused:
        sent(**{name: value})
    assert refused.value.fields == (name,)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "charge_target_min": st.none() | st.integers(0, 100),
            "charge_deadline_at": st.none() | st.times().map(lambda moment: moment.replace(microsecond=0)),
            "pause_power_until": st.none() | st.datetimes(datetime(1900, 1, 2), timezones=st.just(UTC)),
            "comment": st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=NOTE_MAX),
            "minimum_solar_coverage": st.decimals(0, 1, places=3),
            "device_model_manufacturer": st.just("VW"),
            "latitude": st.none() | st.decimals(-90, 90, places=6),
            "optimization_score": st.none() | st.floats(allow_nan=False, allow_infinity=False),
        },
    ),
)
def test_whatever_the_form_lets_through_fits_the_contract(form: dict[str, Any]) -> None:
    model = {"device_model_model": "ID.4"} if "device_model_manufacturer" in form else {}
    sent(send_place=True, send_system=True, **form, **model)


def test_a_reference_can_be_read_out_and_is_never_given_twice() -> None:
    references = {new_reference() for _ in range(200)}
    assert len(references) == 200
    for reference in references:
        assert reference.startswith("R-")
        assert len(reference) == 12
        assert set(reference[2:]) <= set(REFERENCE_LETTERS)
    assert not set("01ILOU") & set(REFERENCE_LETTERS)


def test_the_tag_stands_before_the_note() -> None:
    assert tag(REFERENCE, 1) == TAG
    assert with_tag({"comment": "blue one"}, REFERENCE, 2)["comment"] == "[pa:7F3K2M9QXA-2] blue one"


@pytest.mark.parametrize("payload", [{}, {"comment": None}, {"comment": ""}])
def test_without_a_note_the_tag_stands_alone_and_the_payload_is_left_as_it_was(payload: dict[str, Any]) -> None:
    before = dict(payload)
    assert with_tag(payload, REFERENCE, 1) == {**payload, "comment": TAG}
    assert payload == before


def test_the_longest_note_fits_with_the_longest_tag() -> None:
    assert len(with_tag({"comment": "x" * NOTE_MAX}, REFERENCE, 9_999_999)["comment"]) <= 300


@pytest.mark.parametrize(
    "comment",
    [
        TAG,
        TAG.strip(),
        f"  {TAG}note",
        f"{TAG}note",
        "&#91;pa:7F3K2M9QXA-1&#93; note",
        "&amp;#91;pa:7F3K2M9QXA-1&amp;#93;",
    ],
)
def test_it_finds_its_reference_at_the_start(comment: str) -> None:
    assert reference_in(comment) == (REFERENCE, 1)


@pytest.mark.parametrize(
    "comment",
    [
        *("", None, 7, "a note", f"note {TAG}", "[pa:7F3K2M9QXA] ", "[pa:7F3K2M9QXA-0] ", "[pa:7F3K2M9QX-1] "),
        *("[pa:7f3k2m9qxa-1] ", "[PA:7F3K2M9QXA-1] ", "[pa:7F3K2M9QXA-١] ", "[pa:7F3K2M9QXA-1"),
    ],
)
def test_it_finds_no_reference_anywhere_else(comment: Any) -> None:
    assert reference_in(comment) is None
    assert not isinstance(comment, str) or note_of(comment) == comment


@given(st.text(max_size=NOTE_MAX).filter(lambda note: not note_problem(note)), st.integers(1, 9_999_999))
def test_a_note_comes_back_as_it_was_written(note: str, attempt: int) -> None:
    comment = with_tag({"comment": note}, REFERENCE, attempt)["comment"]
    assert reference_in(comment) == (REFERENCE, attempt)
    assert note_of(comment) == note
    assert reference_in(html.escape(comment)) == (REFERENCE, attempt)
    assert reference_in(comment.strip()) == (REFERENCE, attempt)
    assert reference_in(note) is None


def test_a_note_is_refused_when_it_is_too_long_or_looks_like_a_tag() -> None:
    assert note_problem("x" * NOTE_MAX) == ""
    assert "276" in note_problem("x" * (NOTE_MAX + 1))
    for note in ("see [pa: there", "[PA:7F3K2M9QXA-1]", "&#91;pa:7F3K2M9QXA-1]", "&amp;#91;pa:x"):
        assert "[pa:" in note_problem(note)
