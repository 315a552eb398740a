"""A refusal that has to do with another registration leads there."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from podero_admin.core.errors import Conflicting
from podero_admin.core.http import link


@contextmanager
def linked() -> Iterator[None]:
    """A refusal that names a registration gets a link to it."""
    try:
        yield
    except Conflicting as conflict:
        conflict.extra |= link_to(conflict.extra)
        raise


def link_to(extra: Mapping[str, Any]) -> dict[str, str]:
    registration, again = extra.get("registration"), extra.get("again")
    if registration is not None:
        return {"href": link("registrations:detail", registration.reference), "label": f"Open {registration.reference}"}
    if again is not None:
        form = link("registering:register", again.customer_id, again=again.reference)
        return {"href": form, "label": "Open the form as it was typed"}
    return {}
