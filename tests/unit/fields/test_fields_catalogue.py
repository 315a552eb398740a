"""What the catalogue promises beyond the contract: words, bounds, tiers and dependencies."""

import pytest

from podero_admin.fields import (
    DEVICE_MODEL_INPUTS,
    DEVICE_MODEL_OUTPUTS,
    FIELDS,
    INPUT_GROUPS,
    INPUTS,
    OWNER_OUTPUTS,
    Field,
    zone_name,
)

EVERY = [*FIELDS.values(), *DEVICE_MODEL_INPUTS.values(), *DEVICE_MODEL_OUTPUTS.values(), *OWNER_OUTPUTS.values()]


@pytest.mark.parametrize("field", EVERY, ids=lambda field: field.name)
def test_a_field_has_a_label_and_one_sentence_of_help(field: Field) -> None:
    assert field.label
    assert field.label[0].isupper()
    assert "_" not in field.label
    assert field.help.endswith(".")


@pytest.mark.parametrize("field", [*INPUTS.values(), *DEVICE_MODEL_INPUTS.values()], ids=lambda field: field.name)
def test_what_an_agent_types_as_a_number_has_bounds_that_hold_the_default(field: Field) -> None:
    if field.kind not in {"integer", "number"} or field.name == "optimization_score":
        assert field.minimum is field.maximum is None
        return
    assert field.minimum is not None
    assert field.maximum is not None
    assert field.minimum < field.maximum
    if field.default is not None:
        assert field.minimum <= field.default <= field.maximum


@pytest.mark.parametrize("field", INPUTS.values(), ids=lambda field: field.name)
def test_a_field_depends_on_a_switch_of_the_form(field: Field) -> None:
    assert not field.depends_on or INPUTS[field.depends_on].kind in {"boolean", "nullable_boolean"}


def test_place_and_system_are_for_seniors_and_nothing_else_is() -> None:
    for group in INPUT_GROUPS:
        expected = "senior" if group.name in {"place", "system"} else "open"
        assert group.tier == expected
        assert {INPUTS[name].tier for name in group.fields} == {expected}
        assert {INPUTS[name].group for name in group.fields} == {group.name}


def test_what_points_to_a_person_is_marked_as_personal() -> None:
    personal = {field.name for field in EVERY if field.personal}
    assert personal == {
        *("owner", "owner_email", "owner_first_name", "owner_last_name"),
        *("authorization_url", "embeddable_url", "latitude", "longitude", "coordinates_last_updated_at"),
    }


def test_a_zone_that_we_do_not_know_stays_as_it_is() -> None:
    assert zone_name("DE_LU") == "Germany and Luxembourg"
    assert zone_name("FR") == "FR"
    assert zone_name(None) == "None"
