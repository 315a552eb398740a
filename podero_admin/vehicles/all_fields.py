"""Every field as Podero sent it, drawn in Python; what is personal and not asked for stays hidden."""

import json
from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from podero_admin.core.templatetags.ui import copy_link, external_link
from podero_admin.fields import OUTPUT_GROUPS, OUTPUTS, Field, Group, display
from podero_admin.vehicles.mapping import note_of

POSITION = frozenset({"latitude", "longitude", "coordinates_last_updated_at"})
SHOWN_ELSEWHERE = {"actions"}
LONGEST = 4000
HIDDEN = format_html('<span class="soft">{}</span>', "hidden")
_AS_WRITTEN = {"text", "object"}


def draw_fields(output: Mapping[str, Any], *, tz: tzinfo, hidden: frozenset[str]) -> SafeString:
    """Each field of the contract once, in its group; then whatever else came."""
    groups = format_html_join("", "{}", ((_group(group, output, tz, hidden),) for group in OUTPUT_GROUPS))
    return format_html("{}{}", groups, _others(output, tz))


def _group(group: Group, output: Mapping[str, Any], tz: tzinfo, hidden: frozenset[str]) -> SafeString:
    fields = [OUTPUTS[name] for name in group.fields]
    rows = format_html_join(
        "",
        '<dt title="{}">{}</dt><dd data-output="{}">{}</dd>',
        ((field.help, field.label, field.name, _value(field, output, tz, hidden)) for field in fields),
    )
    return format_html('<div class="field-group"><h3>{}</h3><dl class="facts">{}</dl></div>', group.title, rows)


def _value(field: Field, output: Mapping[str, Any], tz: tzinfo, hidden: frozenset[str]) -> SafeString | str:
    value = output.get(field.name)
    if field.name in hidden:
        return HIDDEN
    if field.kind == "url" and isinstance(value, str) and value:
        return format_html("{} {}", external_link(value), copy_link(value))
    text = _cut(display(field.name, note_of(value) if field.name == "comment" else value, tz=tz))
    return format_html("<bdi>{}</bdi>", text) if field.kind in _AS_WRITTEN else text


def _others(output: Mapping[str, Any], tz: tzinfo) -> SafeString | str:
    names = [name for name in output if name not in OUTPUTS and name not in SHOWN_ELSEWHERE]
    if not names:
        return ""
    shown = ((name, _cut(display(name, output[name], tz=tz))) for name in names)
    rows = format_html_join("", "<dt><code>{}</code></dt><dd><bdi>{}</bdi></dd>", shown)
    return format_html(
        '<div class="field-group"><h3>{}</h3><dl class="facts">{}</dl></div>', "Also sent by Podero", rows
    )


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
