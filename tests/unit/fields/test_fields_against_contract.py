"""The catalogue against the contract file: a new version of the file shows here what has to change."""

from importlib.resources import files
from typing import Any

import pytest
import yaml

from podero_admin.fields import (
    DEVICE_MODEL_INPUTS,
    DEVICE_MODEL_OUTPUTS,
    DEVICE_MODEL_PREFIX,
    DEVICE_TYPE,
    FIELDS,
    INPUT_GROUPS,
    INPUTS,
    OUTPUT_GROUPS,
    OUTPUTS,
    OWNER_OUTPUTS,
    PRICE_ZONES,
    Field,
)

CONTRACT_FILE = "register-electric-vehicle.openapi.yaml"
SCHEMAS: dict[str, Any] = yaml.safe_load(
    (files("podero_admin") / "podero" / CONTRACT_FILE).read_text(encoding="utf-8"),
)["components"]["schemas"]
JSON_TYPES = {
    ("boolean", None): {"boolean", "nullable_boolean"},
    ("integer", None): {"integer"},
    ("number", None): {"number"},
    ("number+string", None): {"decimal"},
    ("string", None): {"text", "url"},
    ("string", "enum"): {"choice"},
    ("string", "time"): {"time"},
    ("string", "date-time"): {"datetime"},
    ("string", "uuid"): {"uuid"},
    ("object", None): {"object"},
}


def strip(fields: dict[str, Field], prefix: str) -> dict[str, Field]:
    return {name.removeprefix(prefix): field for name, field in fields.items()}


PAIRS = {
    "ElectricVehicleInput": dict(INPUTS),
    "ElectricVehicleOutput": dict(OUTPUTS),
    "DeviceModelInput": strip(dict(DEVICE_MODEL_INPUTS), DEVICE_MODEL_PREFIX),
    "DeviceModelOutput": strip(dict(DEVICE_MODEL_OUTPUTS), DEVICE_MODEL_PREFIX),
    "OwnerOutput": strip(dict(OWNER_OUTPUTS), "owner_"),
}
CASES = [(schema, name, field) for schema, fields in PAIRS.items() for name, field in fields.items()]
IDS = [f"{schema}.{name}" for schema, name, _ in CASES]


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in part:
        return SCHEMAS[part["$ref"].rsplit("/", 1)[1]]
    if "allOf" in part:
        return {**resolved(part["allOf"][0]), **{key: part[key] for key in part if key != "allOf"}}
    return part


def parts_of(schema: str, name: str) -> tuple[list[dict[str, Any]], bool]:
    """The types that a property may have besides null, and whether it may be null."""
    property_ = SCHEMAS[schema]["properties"][name]
    parts = property_.get("anyOf", [property_])
    return [resolved(part) for part in parts if part.get("type") != "null"], any(
        part.get("type") == "null" for part in parts
    )


@pytest.mark.parametrize("schema", PAIRS)
def test_every_property_of_the_contract_is_in_the_catalogue_and_nothing_else(schema: str) -> None:
    contract = set(SCHEMAS[schema]["properties"]) - {"device_type"}
    catalogue = set(PAIRS[schema])
    assert catalogue == contract, (
        f"{schema}: add {sorted(contract - catalogue)} to podero_admin/fields, "
        f"remove {sorted(catalogue - contract)} from it."
    )


@pytest.mark.parametrize(("schema", "name", "field"), CASES, ids=IDS)
def test_the_default_is_the_contracts(schema: str, name: str, field: Field) -> None:
    default = SCHEMAS[schema]["properties"][name].get("default")
    assert field.default == default, f"Set default={default!r} on Field {field.name!r}."
    assert type(field.default) is type(default), f"Set default={default!r} on Field {field.name!r}."


@pytest.mark.parametrize(("schema", "name", "field"), CASES, ids=IDS)
def test_null_is_allowed_where_the_contract_allows_it(schema: str, name: str, field: Field) -> None:
    _, nullable = parts_of(schema, name)
    assert field.nullable == nullable, f"Set nullable={nullable} on Field {field.name!r}."
    assert field.kind != ("boolean" if nullable else "nullable_boolean"), f"Change the kind of Field {field.name!r}."


@pytest.mark.parametrize(("schema", "name", "field"), CASES, ids=IDS)
def test_the_longest_text_is_the_contracts(schema: str, name: str, field: Field) -> None:
    parts, _ = parts_of(schema, name)
    max_length = parts[0].get("maxLength")
    assert field.max_length == max_length, f"Set max_length={max_length} on Field {field.name!r}."


@pytest.mark.parametrize(("schema", "name", "field"), CASES, ids=IDS)
def test_the_choices_are_the_contracts_in_its_order(schema: str, name: str, field: Field) -> None:
    parts, _ = parts_of(schema, name)
    enum = parts[0].get("enum", [])
    assert [value for value, _ in field.choices] == enum, f"Set the choices of Field {field.name!r} to {enum}."


@pytest.mark.parametrize(("schema", "name", "field"), CASES, ids=IDS)
def test_the_kind_fits_the_contracts_type(schema: str, name: str, field: Field) -> None:
    parts, _ = parts_of(schema, name)
    types = "+".join(part["type"] for part in parts)
    form = "enum" if "enum" in parts[0] else parts[0].get("format")
    kinds = JSON_TYPES[types, form]
    assert field.kind in kinds, f"Set kind of Field {field.name!r} to one of {sorted(kinds)}."


@pytest.mark.parametrize(("schema", "name", "field"), CASES, ids=IDS)
def test_required_is_the_contracts(schema: str, name: str, field: Field) -> None:
    required = name in SCHEMAS[schema].get("required", [])
    # A device model that may be null is still always there.
    expected = required and name != "device_model"
    assert field.required == expected, f"Set required={expected} on Field {field.name!r}."


def test_the_contract_has_no_null_default_so_none_can_mean_that_there_is_none() -> None:
    for schema in PAIRS:
        for name, property_ in SCHEMAS[schema]["properties"].items():
            assert property_.get("default", "") is not None, (
                f"{schema}.{name} now has a null default: give Field a marker."
            )


def test_the_counts_are_those_of_the_contract() -> None:
    assert (len(INPUTS), len(OUTPUTS), len(FIELDS)) == (32, 68, 69)


def test_every_field_stands_in_exactly_one_group() -> None:
    for groups, fields in ((INPUT_GROUPS, INPUTS), (OUTPUT_GROUPS, OUTPUTS)):
        named = [name for group in groups for name in group.fields]
        assert len(named) == len(set(named))
        assert set(named) == set(fields)


def test_the_device_type_has_what_the_contract_requires() -> None:
    assert set(DEVICE_TYPE) == set(SCHEMAS["DeviceTypeOutput"]["required"])


def test_the_price_zones_are_named_each_by_its_own_name() -> None:
    assert [code for code, _ in PRICE_ZONES] == SCHEMAS["PriceZone"]["enum"]
    assert len({name for _, name in PRICE_ZONES}) == len(PRICE_ZONES) == 21
