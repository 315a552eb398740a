"""A vehicle's settings in words: the same sentences for what will be sent and for what Podero returned."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any

from podero_admin.fields import display, zone_name

Settings = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """Text with what matters in it marked, so that a template can set it in bold and escape every part."""

    parts: tuple[Part, ...]

    def __str__(self) -> str:
        return "".join(part.text for part in self.parts)


def say(pattern: str, *values: str) -> Sentence:
    """Put the values, in bold, where the pattern has braces."""
    plain = pattern.split("{}")
    parts = [Part(plain[0])]
    for value, text in zip(values, plain[1:], strict=True):
        parts += [Part(value, strong=True), Part(text)]
    return Sentence(tuple(part for part in parts if part.text))


def settings_in_words(settings: Settings, *, tz: tzinfo = UTC) -> list[Sentence]:
    """What is not in the mapping is not spoken of."""
    speakers = (_floor, _target, _beyond, _steering, _power, _grid, _production, _share, _next_session, _rare, _place)
    return [*(sentence for speak in speakers for sentence in speak(settings)), *_pause(settings, tz)]


def shown(settings: Settings, name: str, tz: tzinfo = UTC) -> str:
    return display(name, settings.get(name), tz=tz)


def _floor(settings: Settings) -> Iterator[Sentence]:
    if "charge_target_min" not in settings:
        return
    floor = settings["charge_target_min"]
    if floor is None:
        yield say("{} is set: Podero decides how much to keep.", "No floor")
    elif floor == 0:
        yield say("Keep {}: the battery may run empty before it is charged.", "no floor")
    else:
        yield say("Keep at least {}.", shown(settings, "charge_target_min"))


def _target(settings: Settings) -> Iterator[Sentence]:
    enabled = settings.get("is_charge_policy_enabled")
    if enabled is True:
        yield _goal(settings)
        return
    if "is_charge_policy_enabled" in settings:
        state = "off" if enabled is False else "not decided"
        yield say("Target and deadline are {}.", state)
    if settings.get("is_smart_optimization_active") is True and settings.get("price_zone"):
        yield say("Charge in the cheapest hours of {}.", zone_name(settings["price_zone"]))


def _goal(settings: Settings) -> Sentence:
    target, deadline = (settings.get(name) for name in ("minimum_charge_limit", "charge_deadline_at"))
    pattern, values = _GOALS[target is not None, deadline is not None]
    said = [shown(settings, name) for name in values]
    if settings.get("is_smart_optimization_active") is True and settings.get("price_zone"):
        pattern, said = f"{pattern}, charging in the cheapest hours of {{}}", [*said, zone_name(settings["price_zone"])]
    return say(f"{pattern}.", *said)


_GOALS: Mapping[tuple[bool, bool], tuple[str, tuple[str, ...]]] = {
    (True, True): ("Be at {} by {} every day", ("minimum_charge_limit", "charge_deadline_at")),
    (True, False): ("Be at {}, without a deadline", ("minimum_charge_limit",)),
    (False, True): ("Be ready by {} every day, without a target", ("charge_deadline_at",)),
    (False, False): ("Neither a target nor a deadline is set", ()),
}


def _beyond(settings: Settings) -> Iterator[Sentence]:
    allowed = settings.get("is_over_charge_allowed")
    if settings.get("is_charge_policy_enabled") is not True or not isinstance(allowed, bool):
        return
    if allowed:
        yield say("May charge {} when power is very cheap.", "beyond the target")
    else:
        yield say("Never above the target.")


def _steering(settings: Settings) -> Iterator[Sentence]:
    if settings.get("is_smart_optimization_active") is False:
        yield say("Smart charging is {}: the car charges as it is plugged in.", "off")


def _power(settings: Settings) -> Iterator[Sentence]:
    if settings.get("expected_max_charge_power") is not None:
        yield say("Planned with a charging power of {}.", shown(settings, "expected_max_charge_power"))


def _grid(settings: Settings) -> Iterator[Sentence]:
    pair = ("hems_min_export_to_start_w", "hems_max_import_before_stopping_w")
    yield from _start_and_stop(settings, pair, "Start on solar above {} export", "stop above {} import")


def _production(settings: Settings) -> Iterator[Sentence]:
    pair = ("hems_min_production_to_start_w", "hems_min_production_before_stopping_w")
    yield from _start_and_stop(settings, pair, "Start on solar above {} production", "stop below {} production")


def _start_and_stop(settings: Settings, pair: tuple[str, str], start: str, stop: str) -> Iterator[Sentence]:
    known = [(name, text) for name, text in zip(pair, (start, stop), strict=True) if settings.get(name) is not None]
    if known:
        pattern = ", ".join(text for _, text in known)
        yield say(f"{pattern[0].upper()}{pattern[1:]}.", *(shown(settings, name) for name, _ in known))


def _share(settings: Settings) -> Iterator[Sentence]:
    share = settings.get("minimum_solar_coverage")
    if share is None:
        return
    if share == 1:
        yield say("On solar, charge {}.", "only from the sun")
    else:
        yield say("On solar, a share of {} must come from the sun.", shown(settings, "minimum_solar_coverage"))


def _next_session(settings: Settings) -> Iterator[Sentence]:
    if settings.get("boost_for_next_session") is True:
        yield say("At the next plug-in the car {}, whatever the price.", "charges at once")


def _pause(settings: Settings, tz: tzinfo) -> Iterator[Sentence]:
    until = settings.get("pause_power_until")
    if settings.get("is_pause_power_active") is True:
        if until is None:
            yield say("Charging is {}, without an end.", "paused")
        else:
            yield say("Charging is {}.", f"paused until {shown(settings, 'pause_power_until', tz)}")
    elif until is not None:
        yield say("An end of a pause is noted ({}), but no pause is on.", shown(settings, "pause_power_until", tz))


def _rare(settings: Settings) -> Iterator[Sentence]:
    if settings.get("is_trading_enabled") is True:
        yield say("Takes part in {}.", "trading")
    if settings.get("is_inverter_forced_mode_enabled") is True:
        yield say("Inverter forced mode is {}.", "allowed")
    if settings.get("lifecycle_state") == "error":
        yield say("The record is marked with an {}.", "error")
    if settings.get("deleted_at") is not None:
        yield say("The record is marked as {}.", "deleted")


def _place(settings: Settings) -> Iterator[Sentence]:
    """Coordinates are personal, so only that they are there is said."""
    if settings.get("latitude") is not None and settings.get("longitude") is not None:
        yield say("A {} of the car is given.", "position")
    if settings.get("geo_fence_distance_m") is not None:
        yield say("Within {} of its place the car is steered.", shown(settings, "geo_fence_distance_m"))
