"""Where settings contradict each other: hints beside the form, never errors.

Start and stop on the grid are different quantities, so they are not compared as two numbers: charging starts at an
export and stops at an import, which lie on the two sides of zero. They meet only when both are zero. Whether the
charging power itself would push the house past the import is not judged, since Podero may charge with less.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from podero_admin.fields import INPUTS, duration_in_words, moment_in_words, parse_moment
from podero_admin.vehicles.sentences import Sentence, Settings, say, shown

TYPICAL_BATTERY_KWH = Decimal(60)
HOURS_ON_THE_CABLE = 12
BEYOND_REASON = 10**12


@dataclass(frozen=True, slots=True)
class SettingsWarning:
    field: str
    text: str


def warnings(
    settings: Settings, *, battery_kwh: Decimal | None = None, now: datetime, tz: tzinfo = UTC
) -> list[SettingsWarning]:
    """In the order of the form. A value that is no number is not compared."""
    return [
        *_order_of_levels(settings),
        *_out_of_reach(settings, battery_kwh),
        *_without_effect(settings),
        *_toggling(settings),
        *_pause(settings, now, tz),
        *_half_a_position(settings),
    ]


def charging_time(settings: Settings, *, battery_kwh: Decimal | None = None) -> Sentence | None:
    """How long it takes from the floor to the target; None where a figure for it is missing or the target is off."""
    seconds = _seconds_needed(settings, battery_kwh)
    if seconds is None or _target(settings) is None:
        return None
    return say(
        f"From {{}} to {{}} of {_battery_in_words(battery_kwh)} battery takes about {{}} at {{}}.",
        *_figures(settings, seconds),
    )


def _order_of_levels(settings: Settings) -> Iterator[SettingsWarning]:
    floor, target = _number(settings, "charge_target_min"), _target(settings)
    if floor is not None and target is not None and floor > target:
        yield SettingsWarning(
            "charge_target_min",
            f"The floor ({floor} %) is above the target ({target} %): the car is charged to the floor at once.",
        )


def beyond_the_cap(settings: Settings) -> Iterator[SettingsWarning]:
    """What the car itself does not allow; a form cannot know that, since only a connected car tells its cap."""
    cap = _number(settings, "charge_target_max")
    if cap is None:
        return
    target = _target(settings)
    levels = {"charge_target_min": ("floor", _number(settings, "charge_target_min"))}
    levels["minimum_charge_limit"] = ("target", target)
    for name, (word, level) in levels.items():
        if level is not None and level > cap:
            text = f"The {word} ({level} %) is above the car's own cap ({cap} %), so it cannot be reached."
            yield SettingsWarning(name, text)


def _out_of_reach(settings: Settings, battery_kwh: Decimal | None) -> Iterator[SettingsWarning]:
    if _number(settings, "expected_max_charge_power") == 0:
        yield SettingsWarning("expected_max_charge_power", "With a charging power of 0 W no target can be reached.")
        return
    seconds = _seconds_needed(settings, battery_kwh)
    if seconds is None or _target(settings) is None or settings.get("charge_deadline_at") is None:
        return
    if seconds > HOURS_ON_THE_CABLE * 3600:
        floor, target, time, power = _figures(settings, seconds)
        yield SettingsWarning(
            "charge_deadline_at",
            f"From {floor} to {target} of {_battery_in_words(battery_kwh)} battery takes about {time} at {power}: "
            f"longer than {HOURS_ON_THE_CABLE} h on the cable, so the deadline may be missed.",
        )


def _without_effect(settings: Settings) -> Iterator[SettingsWarning]:
    """Only what somebody set is worth a hint: the contract's own default is always there."""
    is_on, names = settings.get("is_charge_policy_enabled"), ("minimum_charge_limit", "charge_deadline_at")
    if is_on is True and all(name in settings and settings[name] is None for name in names):
        text = "“Meet target and deadline” has no effect: neither a target nor a deadline is set."
        yield SettingsWarning("is_charge_policy_enabled", text)
    if is_on is not False:
        return
    for name in names:
        value = settings.get(name)
        if value is not None and shown(settings, name) != shown({name: INPUTS[name].default}, name):
            text = (
                f"{INPUTS[name].label}: {shown(settings, name)} has no effect while “Meet target and deadline” is off."
            )
            yield SettingsWarning(name, text)


def _toggling(settings: Settings) -> Iterator[SettingsWarning]:
    start, stop = (_number(settings, f"hems_min_production_{end}") for end in ("to_start_w", "before_stopping_w"))
    if start is not None and stop is not None and start <= stop:
        yield SettingsWarning(
            "hems_min_production_to_start_w",
            f"It starts at {start:,} W of production and stops below {stop:,} W: start above stop, "
            "or the charger will toggle.",
        )
    export, import_ = (
        _number(settings, name) for name in ("hems_min_export_to_start_w", "hems_max_import_before_stopping_w")
    )
    if export == 0 and import_ == 0:
        yield SettingsWarning(
            "hems_min_export_to_start_w",
            "It starts at any export and stops at any import: leave some room, or the charger will toggle.",
        )


def pause_over(settings: Settings, now: datetime, tz: tzinfo) -> Iterator[SettingsWarning]:
    """A pause that Podero still says is on after its end."""
    if settings.get("is_pause_power_active") is True and (ended := _pause_end(settings, tz)) and ended[0] < now:
        text = f"The pause was to end {ended[1]}, yet Podero says that it is still on."
        yield SettingsWarning("pause_power_until", text)


def _pause_end(settings: Settings, tz: tzinfo) -> tuple[datetime, str] | None:
    """The moment and its words; None where none is given or it cannot be read."""
    try:
        end = parse_moment(settings["pause_power_until"])
        return end, moment_in_words(end, tz=tz)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _pause(settings: Settings, now: datetime, tz: tzinfo) -> Iterator[SettingsWarning]:
    is_on = settings.get("is_pause_power_active") is True
    if is_on and settings.get("pause_power_until") is None:
        yield SettingsWarning(
            "pause_power_until", "The pause has no end: the car is not charged until somebody ends it."
        )
    end = _pause_end(settings, tz)
    if end is None:
        return
    if end[0] < now:
        yield SettingsWarning("pause_power_until", f"The pause ends in the past ({end[1]}).")
    elif not is_on:
        yield SettingsWarning("is_pause_power_active", "An end of the pause is given, but the pause is not on.")


def _half_a_position(settings: Settings) -> Iterator[SettingsWarning]:
    given = {name: settings.get(name) is not None for name in ("latitude", "longitude")}
    if sum(given.values()) == 1:
        missing = next(name for name, is_given in given.items() if not is_given)
        yield SettingsWarning(missing, "Half a position is none: give latitude and longitude, or neither.")


def _target(settings: Settings) -> int | Decimal | None:
    """The target, unless it is switched off and so has no effect."""
    return None if settings.get("is_charge_policy_enabled") is False else _number(settings, "minimum_charge_limit")


def _seconds_needed(settings: Settings, battery_kwh: Decimal | None) -> int | None:
    floor, target = _number(settings, "charge_target_min") or 0, _number(settings, "minimum_charge_limit")
    power = _number(settings, "expected_max_charge_power")
    if target is None or power is None or power <= 0 or target <= floor:
        return None
    watt_hours = Decimal(target - floor) / 100 * _capacity(battery_kwh) * 1000
    return int(watt_hours / Decimal(power) * 3600)


def _figures(settings: Mapping[str, Any], seconds: int) -> tuple[str, str, str, str]:
    floor = {"charge_target_min": settings.get("charge_target_min") or 0}
    rounded = max(1, round(seconds / 900)) * 900
    return (
        shown(floor, "charge_target_min"),
        shown(settings, "minimum_charge_limit"),
        duration_in_words(rounded),
        shown(settings, "expected_max_charge_power"),
    )


def _capacity(battery_kwh: Decimal | None) -> Decimal:
    return (
        battery_kwh if battery_kwh is not None and battery_kwh.is_finite() and battery_kwh > 0 else TYPICAL_BATTERY_KWH
    )


def _battery_in_words(battery_kwh: Decimal | None) -> str:
    capacity = _capacity(battery_kwh)
    words = f"{capacity.normalize():f} kWh"
    return f"the {words}" if capacity == battery_kwh else f"a typical {words}"


def _number(settings: Settings, name: str) -> int | Decimal | None:
    value = settings.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    try:
        number = Decimal(value if isinstance(value, int) else str(value))
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) > BEYOND_REASON:
        return None
    return int(number) if number == int(number) else number
