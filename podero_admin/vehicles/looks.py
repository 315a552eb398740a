"""The words, tone, icon and sentence of every status that we know; plain data."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Tone = Literal["ok", "warning", "error", "unknown", "info"]


class Look(NamedTuple):
    word: str
    tone: Tone
    icon: str
    sentence: str


NAMES = {
    "connection_status": "Connection",
    "monitoring_status": "Monitoring",
    "steering_status": "Steering",
    "boost_state": "Boost",
}

LOOKS: Mapping[str, Mapping[str, Look]] = {
    "connection_status": {
        "ok": Look("ok", "ok", "ok", "The link to the manufacturer works."),
        "warning": Look("warning", "warning", "warning", "The link to the manufacturer is not quite well."),
        "error": Look("error", "error", "error", "The link to the manufacturer does not work."),
        "unknown": Look("unknown", "unknown", "unknown", "Podero cannot tell whether the link works."),
    },
    "monitoring_status": {
        "ok": Look("ok", "ok", "ok", "Readings of the car arrive."),
        "warning": Look("warning", "warning", "warning", "Some readings of the car are missing or late."),
        "error": Look("error", "error", "error", "Readings of the car do not arrive."),
        "unknown": Look("unknown", "unknown", "unknown", "Podero cannot tell whether readings arrive."),
    },
    "steering_status": {
        "ok": Look("ok", "ok", "ok", "The car follows what Podero asks of it."),
        "warning": Look("warning", "warning", "warning", "The car does not always follow what Podero asks of it."),
        "error": Look("error", "error", "error", "The car does not follow what Podero asks of it."),
        "unknown": Look("unknown", "unknown", "unknown", "Podero cannot tell whether the car can be steered."),
    },
    "boost_state": {
        "available": Look("available", "info", "bolt", "The car is plugged in and idle: it can be charged at once."),
        "requested": Look("starting", "info", "clock", "A boost was asked for; the car does not charge yet."),
        "ongoing": Look("ongoing", "ok", "bolt", "The car charges at once. Only unplugging ends it."),
        "unavailable": Look("unavailable", "info", "bolt", "The car is full, already charging, or not plugged in."),
    },
    "health": {
        "deleted": Look("Deleted", "unknown", "x", "Podero treats this car as deleted."),
        "action_needed": Look(
            "Action needed",
            "error",
            "error",
            "Somebody, mostly the customer, has to do something before Podero can steer the car again.",
        ),
        "not_connected": Look(
            "Not connected",
            "warning",
            "link",
            "The customer has not given Podero access, or it has lapsed. Send the sign-in link.",
        ),
        "lifecycle_error": Look("Lifecycle error", "error", "error", "Podero reports an error of this record."),
        "error": Look("Error", "error", "error", "Connection, monitoring or steering reports an error."),
        "warning": Look("Warning", "warning", "warning", "Connection, monitoring or steering reports a warning."),
        "nothing_known": Look(
            "Nothing known yet",
            "unknown",
            "unknown",
            "Podero does not know yet whether connection, monitoring or steering work.",
        ),
        "old": Look("Readings old", "warning", "clock", "The car has not reported for longer than it should."),
        "healthy": Look("Healthy", "ok", "ok", "Nothing needs attention."),
    },
    "charge": {
        "unplugged": Look("Unplugged", "info", "plug", "The cable is not connected."),
        "waiting": Look(
            "Plugged in, waiting",
            "info",
            "plug",
            "This is normal: the car waits for a cheaper hour, or has reached its limit.",
        ),
        "charging": Look("Charging", "ok", "bolt", "The car draws power now."),
        "full": Look(
            "Full (limit reached)", "ok", "ok", "The car has reached its own limit, which can be below 100 %."
        ),
        "paused": Look("Paused", "info", "pause", "Charging is paused."),
        "not_connected": Look("Not connected", "unknown", "link", "Podero cannot see the car; any reading is old."),
        "boosting": Look("Boost charging", "ok", "bolt", "The car charges at once. Only unplugging ends it."),
        "unknown": Look("Not known", "unknown", "unknown", "The car did not say whether it is plugged in or charging."),
    },
}
