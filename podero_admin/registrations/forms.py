"""The registration form, built from the field catalogue: names, bounds, help and defaults all come from there."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from crispy_forms.bootstrap import AppendedText
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from crispy_forms.layout import Field as Drawn
from django import forms
from django.conf import settings
from django.utils.functional import cached_property

from podero_admin.fields import DEVICE_MODEL_INPUTS, INPUT_GROUPS, INPUTS, Field, Group, bounds_in_words, mistakes
from podero_admin.registrations import payload
from podero_admin.registrations.payload import DoesNotFit, PayloadError

EXPLICIT = {
    "is_smart_optimization_active": (
        ("true", "On: Podero picks the hours"),
        ("false", "Off: charges when plugged in"),
    )
}
# What an agent always decides, and no default does.
CHOSEN = ("price_zone", *EXPLICIT)
TICKS = {
    "place": ("send_place", "Send the place fields that are filled in"),
    "system": ("send_system", "Send the system fields that are filled in"),
}
WARNINGS = {
    "place": "Podero learns the position from the car. What is sent here overwrites that.",
    "system": "Podero writes these by itself. A wrong value can make a car look connected, in error or deleted.",
}
DATE_TIME = "%Y-%m-%dT%H:%M:%S"
THOUSAND = 1000
CLOCK_CHANGE = "The clocks are changed then, so this time does not exist or comes twice: choose another one."
GROUPED = re.compile(r"-?[1-9]\d{0,2}([.,'’\s]\d{3})+")


def _bounds(field: Field) -> dict[str, Any]:
    return {
        "min_value": field.minimum,
        "max_value": field.maximum,
        "required": not field.nullable and field.tier == "open",
    }


def _refuse_grouped(value: Any, most: Any) -> None:
    """11.000 means eleven thousand to one person and eleven to another: nobody's zeros are dropped unasked."""
    text = str(value or "").strip()
    may_be_thousands = "," in text if most is None else most >= THOUSAND
    if may_be_thousands and GROUPED.fullmatch(text):
        plain = re.sub(r"[^\d-]", "", text)
        raise forms.ValidationError(f"Write thousands without a separator: {plain}.", code="grouped")


class WholeNumberField(forms.IntegerField):
    """A whole number; a separator between thousands is told, since Django takes 11.000 for 11."""

    def to_python(self, value: Any) -> Any:
        _refuse_grouped(value, self.max_value)
        return super().to_python(value)


class DecimalCommaField(forms.FloatField):
    """A number with a point or, as most of our customers' countries write it, a comma; never one between thousands."""

    def to_python(self, value: Any) -> Any:
        _refuse_grouped(value, self.max_value)
        whole, comma, decimals = str(value or "").strip().partition(",")
        return super().to_python(f"{whole}.{decimals}" if comma and decimals.isdecimal() else value)


class MomentField(forms.DateTimeField):
    """A date and a time, where the clocks show it once."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except forms.ValidationError as error:
            if error.code == "ambiguous_timezone":
                raise forms.ValidationError(CLOCK_CHANGE, code="clock_change") from error
            raise


class NoteField(forms.CharField):
    """A browser sends two characters for each end of a line that was typed as one."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


def _help(field: Field) -> str:
    if field.kind == "text":
        return f"{field.help} At most {_longest(field):,} characters."
    if field.kind == "datetime":
        return f"{field.help} In the time of {settings.TIME_ZONE}."
    bounds = bounds_in_words(field)
    return f"{field.help} {bounds[0].upper()}{bounds[1:]}." if bounds else field.help


def _longest(field: Field) -> int:
    return payload.NOTE_MAX if field.name == "comment" else field.max_length or 2000


def _number(field: Field) -> forms.Field:
    """A text: of an input for numbers the browser sends "80-" as nothing, and so as a value that was cleared."""
    made = WholeNumberField if field.kind == "integer" else DecimalCommaField
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    if field.minimum is not None and field.minimum >= 0:  # a telephone's keys for numbers have no minus
        widget.attrs["inputmode"] = "numeric" if field.kind == "integer" else "decimal"
    return made(**_bounds(field), widget=widget)


def _text(field: Field) -> forms.Field:
    if field.name == "comment":
        return NoteField(required=False, max_length=_longest(field), widget=forms.Textarea(attrs={"rows": 2}))
    return forms.CharField(required=False, max_length=_longest(field))


def _choice(field: Field) -> forms.Field:
    choices = EXPLICIT.get(field.name) or tuple((code, f"{code} · {name}") for code, name in field.choices)
    return forms.ChoiceField(choices=[("", "Please choose"), *choices])


def _moment(_field: Field) -> forms.Field:
    widget = forms.DateTimeInput(format=DATE_TIME, attrs={"type": "datetime-local", "step": "any"})
    return MomentField(required=False, widget=widget)


def _clock(_field: Field) -> forms.Field:
    return forms.TimeField(
        required=False,
        input_formats=["%H:%M", "%H:%M:%S"],
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": "any"}),
    )


_MAKERS: Mapping[str, Callable[[Field], forms.Field]] = {
    "boolean": lambda _field: forms.BooleanField(required=False),
    "nullable_boolean": lambda _field: forms.BooleanField(required=False),
    "integer": _number,
    "number": _number,
    "text": _text,
    "time": _clock,
    "datetime": _moment,
    "choice": _choice,
    "uuid": lambda _field: forms.UUIDField(required=False),
}


def _form_field(field: Field) -> forms.Field:
    make = _choice if field.name in EXPLICIT else _MAKERS[field.kind]
    made = make(field)
    made.label, made.help_text = field.label, _help(field)
    made.error_messages |= mistakes(field)
    if field.tier == "open" and field.name not in CHOSEN:
        made.initial = field.default
    elif field.default is not None and field.name not in CHOSEN and not _is_switch(field):
        made.widget.attrs["placeholder"] = f"{field.default}"
    if field.depends_on:
        made.widget.attrs["data-depends-on"] = field.depends_on
    made.widget.attrs.pop("maxlength", None)
    return made


def _parts(group: Group) -> Iterable[Field]:
    """The fields of a group as the form has them: the device model in its parts."""
    for name in group.fields:
        if name == "device_model":
            yield from DEVICE_MODEL_INPUTS.values()
        else:
            yield INPUTS[name]


def _is_switch(field: Field) -> bool:
    return field.kind in {"boolean", "nullable_boolean"} and field.name not in EXPLICIT


def _blocks(group: Group) -> list[list[Field]]:
    """How a group is laid out: inputs, each switch with what it governs below it, then what is left to switch."""
    parts = list(_parts(group))
    governed = {field.depends_on for field in parts} - {""}
    free = [field for field in parts if not field.depends_on and field.name not in governed]
    blocks = [[field for field in free if not _is_switch(field)]]
    blocks += [
        [switch, *(field for field in parts if field.depends_on == switch.name)]
        for switch in parts if switch.name in governed
    ]  # fmt: skip
    blocks.append([field for field in free if _is_switch(field)])
    return [block for block in blocks if block]


class Panel(Div):  # type: ignore[misc]
    """One group of the form in its box."""

    def __init__(self, *fields: Any, group: Group, template: str, warning: str = "", is_open: bool = False) -> None:
        super().__init__(*fields, template=template)
        self.group, self.warning, self.is_open = group, warning, is_open


class RegistrationForm(forms.Form):
    """All 32 fields and the device model; place and system only for those who may send them."""

    use_required_attribute = False

    def __init__(
        self,
        *args: Any,
        may_send_rare: bool,
        asks_confirmation: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.groups = [group for group in INPUT_GROUPS if group.tier == "open" or may_send_rare]
        for group in self.groups:
            for field in _parts(group):
                self.fields[field.name] = _form_field(field)
            if group.name in TICKS:
                name, label = TICKS[group.name]
                self.fields[name] = forms.BooleanField(required=False, label=label)
        if asks_confirmation:
            self.fields["confirm_duplicate"] = forms.BooleanField(
                required=False, label="This is another car: register it all the same"
            )

    def clean_comment(self) -> str:
        note = str(self.cleaned_data["comment"])
        problem = payload.note_problem(note)
        if problem:
            raise forms.ValidationError(problem)
        return note

    def clean(self) -> dict[str, Any]:
        """What is not going to be sent cannot be wrong; what is, must be buildable."""
        for group in self.groups:
            if group.name in TICKS and not self.cleaned_data.get(TICKS[group.name][0]):
                for field in _parts(group):
                    self.errors.pop(field.name, None)
        for problem in self._built()[1]:
            for name in problem.fields:
                if name not in self.errors:
                    self.add_error(name if name in self.fields else None, self._told(problem, name))
        return self.cleaned_data

    def _told(self, problem: PayloadError, name: str) -> str:
        if isinstance(problem, DoesNotFit) and name in self.fields:
            return str(self.fields[name].error_messages["invalid"])
        return f"{str(problem).partition(':')[0]}."

    def payload(self) -> dict[str, Any]:
        return payload.build(self.cleaned_data, **self._ticks())

    def partial_payload(self) -> dict[str, Any]:
        """What would be sent of a form that is still being filled in."""
        return self._built()[0]

    def _built(self) -> tuple[dict[str, Any], list[PayloadError]]:
        """What of the form can be sent, and why the rest cannot, whatever else is wrong."""
        kept, problems = dict(self.cleaned_data), list[PayloadError]()
        while True:
            try:
                return payload.build_partly(kept, **self._ticks()), problems
            except PayloadError as problem:
                odd = {
                    *problem.fields,
                    *(DEVICE_MODEL_INPUTS if set(problem.fields) & set(DEVICE_MODEL_INPUTS) else ()),
                }
                if not odd & set(kept):
                    raise
                problems.append(problem)
                kept = {name: value for name, value in kept.items() if name not in odd}

    def unsent_groups(self) -> list[str]:
        """Titles of the groups that are filled in but not ticked."""
        return [
            group.title for group in self.groups
            if group.name in TICKS and not self.cleaned_data.get(TICKS[group.name][0])
            and any(self.data.get(field.name) for field in _parts(group))
        ]  # fmt: skip

    def _ticks(self) -> dict[str, bool]:
        return {name: bool(self.cleaned_data.get(name)) for name in ("send_place", "send_system")}

    def typed(self) -> dict[str, Any]:
        return {name: self.data.get(name) for name in self.fields if self.data.get(name) is not None}

    @cached_property
    def helper(self) -> FormHelper:
        """How it is drawn; most presses never are."""
        helper = FormHelper(self)
        helper.form_tag = False
        helper.template = "registrations/_fields.html"
        helper.disable_csrf = True
        helper.layout = Layout(*(self._panel(group) for group in self.groups))
        return helper

    def _panel(self, group: Group) -> "Panel":
        fields = [Div(*map(self._drawn, block), css_class="grid") for block in _blocks(group)]
        if group.name not in TICKS:
            return Panel(*fields, group=group, template="registrations/_fieldset.html")
        tick = TICKS[group.name][0]
        is_open = self.is_bound and bool(
            self.data.get(tick) or any(self.data.get(field.name) for field in _parts(group))
        )
        return Panel(
            Drawn(tick),
            *fields,
            group=group,
            template="registrations/_rare_fields.html",
            warning=WARNINGS[group.name],
            is_open=is_open,
        )

    def _drawn(self, field: Field) -> Any:
        if _is_switch(field):
            return Drawn(field.name, wrapper_class="form-switch")
        size = "form-select-sm" if field.kind == "choice" or field.name in EXPLICIT else "form-control-sm"
        if field.unit:
            return AppendedText(field.name, field.unit, css_class=size, input_size="input-group-sm")
        return Drawn(field.name, css_class=size)


class DecisionForm(forms.Form):
    """A senior's word on what became of a registration."""

    vehicle = forms.CharField(max_length=40)
    reason = forms.CharField(
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control form-control-sm", "hx-preserve": "true"}),
    )

    def clean_vehicle(self) -> Any:
        raw = self.cleaned_data["vehicle"]
        return None if raw == "none" else forms.UUIDField().clean(raw)


class AcknowledgementForm(forms.Form):
    """That a senior has seen an alarm, and why it may rest; `read` is the alarm as it stood on their page."""

    read = forms.CharField(max_length=500, required=False, strip=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        max_length=500, widget=forms.Textarea(attrs={"rows": 2, "class": "form-control form-control-sm"})
    )
