"""The one catalogue of the contract's fields: label, unit, bounds, help, group and tier. Plain data."""

from podero_admin.fields.display import (
    NEVER,
    device_model_in_words,
    display,
    duration_in_words,
    moment_in_words,
    parse_moment,
)
from podero_admin.fields.field import Field, Group, Kind
from podero_admin.fields.inputs import (
    DEVICE_MODEL_INPUTS,
    DEVICE_MODEL_PREFIX,
    DEVICE_TYPE,
    INPUT_GROUPS,
    INPUTS,
)
from podero_admin.fields.mistakes import bounds_in_words, mistakes
from podero_admin.fields.outputs import FIELDS, OUTPUT_GROUPS, OUTPUTS
from podero_admin.fields.parts import DEVICE_MODEL_OUTPUTS, OWNER_OUTPUTS
from podero_admin.fields.readings import BOOST_STATES, STATUS_VALUES
from podero_admin.fields.zones import PRICE_ZONES, zone_name

__all__ = [
    "BOOST_STATES",
    "DEVICE_MODEL_INPUTS",
    "DEVICE_MODEL_OUTPUTS",
    "DEVICE_MODEL_PREFIX",
    "DEVICE_TYPE",
    "FIELDS",
    "INPUTS",
    "INPUT_GROUPS",
    "NEVER",
    "OUTPUTS",
    "OUTPUT_GROUPS",
    "OWNER_OUTPUTS",
    "PRICE_ZONES",
    "STATUS_VALUES",
    "Field",
    "Group",
    "Kind",
    "bounds_in_words",
    "device_model_in_words",
    "display",
    "duration_in_words",
    "mistakes",
    "moment_in_words",
    "parse_moment",
    "zone_name",
]
