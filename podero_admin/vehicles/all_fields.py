"""Every field as Podero sent it, drawn in Python; what is personal and not asked for stays hidden."""

import json
from collections.abc import Mapping
from datetime import tzinfo
from functools import cache
from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from podero_admin.core.templatetags.ui import copy_link, external_link
from podero_admin.fields import OUTPUT_GROUPS, OUTPUTS, Field, Group, display
from podero_admin.vehicles.mapping import note_of

POSITION = frozenset({"latitude", "longitude", "coordinates_last_updated_at"})
SHOWN_ELSEWHERE = {"actions"}
LONGEST = 4000
HIDDEN = '<span class="soft">hidden</span>'
_AS_WRITTEN = {"text", "object"}


def draw_fields(output: Mapping[str, Any], *, tz: tzinfo, hidden: frozenset[str]) -> SafeString:
    """Each field of the contract once, in its group; then whatever else came. Every text is escaped as it enters."""
    groups = [_group(group.title, _rows(group, output, tz, hidden)) for group in OUTPUT_GROUPS]
    return mark_safe("".join([*groups, _others(output, tz)]))  # noqa: S308 - every value is escaped


def _group(title: str, rows: str) -> str:
    return f'<div class="field-group"><h3>{escape(title)}</h3><dl class="facts">{rows}</dl></div>'


def _rows(group: Group, output: Mapping[str, Any], tz: tzinfo, hidden: frozenset[str]) -> str:
    return "".join(f"{_label(name)}{_value(OUTPUTS[name], output, tz, hidden)}</dd>" for name in group.fields)


@cache
def _label(name: str) -> str:
    field = OUTPUTS[name]
    return f'<dt title="{escape(field.help)}">{escape(field.label)}</dt><dd data-output="{escape(name)}">'


def _value(field: Field, output: Mapping[str, Any], tz: tzinfo, hidden: frozenset[str]) -> str:
    value = output.get(field.name)
    if field.name in hidden:
        return HIDDEN
    if field.kind == "url" and isinstance(value, str) and value:
        return f"{external_link(value)} {copy_link(value)}"
    text = escape(_cut(display(field.name, note_of(value) if field.name == "comment" else value, tz=tz)))
    return f"<bdi>{text}</bdi>" if field.kind in _AS_WRITTEN else text


def _others(output: Mapping[str, Any], tz: tzinfo) -> str:
    names = [name for name in output if name not in OUTPUTS and name not in SHOWN_ELSEWHERE]
    shown = ((escape(name), escape(_cut(display(name, output[name], tz=tz)))) for name in names)
    rows = "".join(f"<dt><code>{name}</code></dt><dd><bdi>{value}</bdi></dd>" for name, value in shown)
    return _group("Also sent by Podero", rows) if rows else ""


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def raw_text(output: Mapping[str, Any], *, hidden: frozenset[str]) -> str:
    """The JSON for people who talk to Podero: without what is hidden, and without the secrets of pending actions."""
    shown = {name: "hidden" if name in hidden else value for name, value in output.items()}
    if isinstance(actions := shown.get("actions"), list):
        shown["actions"] = [_without_link(action) for action in actions]
    return json.dumps(shown, ensure_ascii=False, indent=2)


def _without_link(action: Any) -> Any:
    return (
        action | {"resolution_link": "hidden"} if isinstance(action, dict) and "resolution_link" in action else action
    )
