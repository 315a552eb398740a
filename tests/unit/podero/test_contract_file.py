"""The models against the canonical contract file, property by property: a new file says here what has to change."""

import hashlib
from datetime import datetime, time
from decimal import Decimal
from pathlib import Path
from types import NoneType, UnionType
from typing import Union, get_args, get_origin
from uuid import UUID

import pytest
import yaml

from podero_admin import podero
from podero_admin.podero import contract

FILE = Path(podero.__file__).parent / "register-electric-vehicle.openapi.yaml"
SCHEMAS = yaml.safe_load(FILE.read_text())["components"]["schemas"]
MODELS = {
    "ElectricVehicleInput": contract.ElectricVehicleInput,
    "DeviceModelInput": contract.DeviceModelInput,
    "DeviceTypeOutput": contract.DeviceType,
    "ElectricVehicleOutput": contract.ElectricVehicle,
    "DeviceModelOutput": contract.DeviceModel,
    "OwnerOutput": contract.Owner,
}
ENUMS = {"PriceZone": contract.PriceZone, "BoostState": contract.BoostState}
READ_TYPES = {contract.DeviceTypeOutput: {"DeviceTypeOutput"}, contract.Status: {"Status"}}
TYPES = {
    bool: {"boolean"},
    int: {"integer"},
    float: {"number"},
    Decimal: {"number", "string"},
    str: {"string"},
    datetime: {"date-time"},
    time: {"time"},
    UUID: {"uuid"},
    **{model: {name} for name, model in (MODELS | ENUMS).items()},
    **READ_TYPES,
}
STATUSES = [member.value for member in contract.Status]


def said(name, prop):
    """What the file says of one property, flattened."""
    options = prop.get("anyOf") or prop.get("allOf") or [prop]
    kinds = {kind for option in options for kind in [said_kind(option)]}
    lengths = [option["maxLength"] for option in options if "maxLength" in option]
    return {
        "kinds": kinds - {"null"},
        "null": "null" in kinds,
        "default": prop.get("default", "none"),
        "maxLength": lengths[0] if lengths else None,
    }


def said_kind(option):
    if "$ref" in option:
        return option["$ref"].rpartition("/")[2]
    if option.get("enum") == STATUSES:
        return "Status"
    return option.get("format") or option["type"]


def ours_given(field):
    extra = field.json_schema_extra or {}
    kinds = kinds_of(field.annotation)
    lengths = [rule.max_length for rule in field.metadata if hasattr(rule, "max_length")]
    return {
        "kinds": kinds - {"null"},
        "null": "null" in kinds,
        "default": extra.get("contract_default", "none"),
        "maxLength": lengths[0] if lengths else None,
    }


def ours_told(field):
    extra = field.json_schema_extra
    kinds = kinds_of(field.annotation) - {"null"}
    for enum in ("Status", *ENUMS):
        kinds = {enum} if enum in kinds else kinds  # an unknown value stays text
    return {
        "kinds": kinds,
        "null": extra["null"],
        "default": extra.get("default", "none"),
        "maxLength": extra["maxLength"],
    }


def kinds_of(annotation):
    if get_origin(annotation) in (Union, UnionType):
        return set().union(*(kinds_of(one) for one in get_args(annotation)))
    if get_origin(annotation):
        return kinds_of(get_args(annotation)[0])
    return {"null"} if annotation is NoneType else TYPES[annotation]


def is_input(name):
    return name in {"ElectricVehicleInput", "DeviceModelInput", "DeviceTypeOutput"}


PROPERTIES = [(name, prop) for name in MODELS for prop in SCHEMAS[name]["properties"]]


@pytest.mark.parametrize(("name", "prop"), PROPERTIES)
def test_every_property_is_as_the_file_says(name, prop):
    field = MODELS[name].model_fields.get(prop)
    assert field, f"The contract file has {name}.{prop}: add it to {MODELS[name].__name__} in podero/contract."
    ours = ours_given(field) if is_input(name) else ours_told(field)
    theirs = said(prop, SCHEMAS[name]["properties"][prop])
    assert ours == theirs, f"Change {MODELS[name].__name__}.{prop} in podero/contract: the contract file says {theirs}."


@pytest.mark.parametrize("name", MODELS)
def test_no_model_has_more_than_the_file_or_another_order(name):
    ours, theirs = list(MODELS[name].model_fields), list(SCHEMAS[name]["properties"])
    more = set(ours) - set(theirs)
    assert not more, (
        f"Remove {more} from {MODELS[name].__name__} in podero/contract: not in the contract file any more."
    )
    assert ours == theirs, f"Put the fields of {MODELS[name].__name__} into the contract file's order."


@pytest.mark.parametrize("name", MODELS)
def test_the_same_fields_are_required(name):
    fields = MODELS[name].model_fields.items()
    if is_input(name):
        ours = {prop for prop, field in fields if field.is_required()}
    else:
        ours = {prop for prop, field in fields if field.json_schema_extra["required"]}
    theirs = set(SCHEMAS[name].get("required", []))
    assert ours == theirs, f"{MODELS[name].__name__} in podero/contract must require exactly {theirs}."


@pytest.mark.parametrize("name", ENUMS)
def test_enums_have_the_values_of_the_file(name):
    theirs = SCHEMAS[name]["enum"]
    assert [member.value for member in ENUMS[name]] == theirs, f"Change {name} in podero/contract to {theirs}."


def test_the_type_of_an_answered_device_is_that_of_the_file():
    fields = contract.DeviceTypeOutput.model_fields
    theirs = {prop: said(prop, spec) for prop, spec in SCHEMAS["DeviceTypeOutput"]["properties"].items()}
    assert {prop: ours_told(field) for prop, field in fields.items()} == theirs


def test_every_schema_of_the_file_has_its_model():
    new = set(SCHEMAS) - set(MODELS) - set(ENUMS)
    assert not new, f"The contract file has new schemas: {new}. Model them in podero/contract and list them here."


def test_the_defaults_are_documented():
    properties = SCHEMAS["ElectricVehicleInput"]["properties"].items()
    assert {prop: spec["default"] for prop, spec in properties if "default" in spec} == podero.INPUT_DEFAULTS


def test_there_are_32_fields_in_and_68_out():
    assert (len(podero.INPUT_FIELDS), len(podero.OUTPUT_FIELDS)) == (32, 68)


def test_the_file_is_the_published_one_unchanged():
    digest = hashlib.sha256(FILE.read_bytes()).hexdigest()
    assert digest == "e5da87488d227980737fb3ada68b64e3182a2ca5a9921073dfd81408bb5171cc", (
        "A new contract file: let the other tests say what changed, then put its digest here."
    )


@pytest.mark.parametrize(
    ("prop", "change"),
    [
        ("comment", {"maxLength": 200, "type": "string"}),
        ("price_zone", {"type": "string"}),
        ("charge_target_min", {"type": "integer", "default": 40}),
        ("latitude", {"type": "number"}),
    ],
)
def test_a_change_of_the_file_would_be_noticed(prop, change):
    assert ours_given(contract.ElectricVehicleInput.model_fields[prop]) != said(prop, change)
