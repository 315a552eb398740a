"""The filters of the log, as they stand in the address; they only read."""

from datetime import date
from functools import lru_cache
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.functional import cached_property
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from podero_admin.audit.actions import OUTCOMES, Action
from podero_admin.audit.filters import EventFilters
from podero_admin.core.access import Access

ACTIONS = sorted(((action.value, action.label) for action in Action), key=lambda choice: choice[1])
RESULTS = [(value, label) for value, (label, _) in OUTCOMES.items()]
DAYS = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2199, 12, 31))]


def _choice(label: str, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    refused = {"invalid_choice": "There is nothing of that name to choose here."}
    return forms.ChoiceField(label=label, choices=[("", ""), *choices], required=False, error_messages=refused)


class FilterForm(forms.Form):
    """Two of its names are words of Python, so all are made here; the page draws them by hand, for speed."""

    def __init__(self, data: Any, *, access: Access) -> None:
        super().__init__(data)
        self.organizations = [(str(seat.organization_id), seat.name) for seat in access.seats]
        self.fields = {
            "actor": forms.CharField(label="Who", max_length=200, required=False),
            "action": _choice("What", ACTIONS),
            "object": forms.CharField(label="On", max_length=200, required=False),
            "outcome": _choice("Outcome", RESULTS),
            "organization": _choice("Organisation", self.organizations),
            "from": forms.DateField(label="From", required=False, validators=DAYS),
            "to": forms.DateField(label="To", required=False, validators=DAYS),
        }

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("from") and given.get("to") and given["from"] > given["to"]:
            self.add_error("to", "The last day lies before the first.")
        return given

    @property
    def filters(self) -> EventFilters:
        given = self.cleaned_data
        return EventFilters(
            actor=given["actor"],
            action=given["action"],
            outcome=given["outcome"],
            organization=given["organization"] or None,
            object=given["object"],
            start=given["from"],
            end=given["to"],
        )

    @cached_property
    def given(self) -> dict[str, str]:
        """What stands in the fields, right or wrong."""
        return {name: str(self.data.get(name, "")) for name in self.fields}

    @property
    def set_count(self) -> int:
        """How many fields are filled in, right or wrong."""
        return sum(bool(value) for value in self.given.values())

    @property
    def choices(self) -> list[tuple[str, str, str]]:
        """For each field to choose from: name, label, and its options, drawn. A look has neither action nor outcome."""
        offered = [("action", "What", "Every action", ACTIONS), ("outcome", "Outcome", "Any outcome", RESULTS)]
        offered = [] if self.data.get("show") == "access" else offered
        if len(self.organizations) > 1:
            offered.append(("organization", "Organisation", "All organisations", self.organizations))
        return [
            (name, label, _options(("", empty), *options, chosen=self.given[name] if name not in self.errors else ""))
            for name, label, empty, options in offered
        ]


@lru_cache(maxsize=200)
def _options(*options: tuple[str, str], chosen: str) -> SafeString:
    """Drawn once for each choice: forty options would else cost as much as ten rows."""
    marked = ((value, mark_safe(" selected") if value and value == chosen else "", word) for value, word in options)
    return format_html_join("", '<option value="{}"{}>{}</option>', marked)
