"""Second thoughts before anything is sent: this may be one car twice, or somebody else came first."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.core.cache import cache
from django.utils import timezone

from podero_admin.core.errors import Conflicting, Invalid
from podero_admin.directory.models import Customer
from podero_admin.podero import ElectricVehicle
from podero_admin.registrations.models import Registration
from podero_admin.registrations.selectors import confirmed_since, overtaken_by, same_model_of
from podero_admin.registrations.services.settle import new_vehicles

RECENT = timedelta(hours=24)
SHOWN_FOR = 7200


class DuplicateSuspected(Invalid):
    """This may be the second time for one car; a person says whether it is. `extra` names the first, if it is here."""

    def __init__(self, suspicion: "Suspicion") -> None:
        super().__init__(suspicion.text)
        self.extra = {"registration": suspicion.first}


class Suspicion(NamedTuple):
    """Why this may be one car twice; without a text there is none."""

    text: str = ""
    first: Registration | None = None


def second_thoughts(customer: Customer, payload: Mapping[str, Any], *, confirm_duplicate: bool, form: str) -> Suspicion:
    """Refuse a likely duplicate that nobody confirmed; else the suspicion that was.

    Who was shown one with this form has confirmed that one, and is asked again about another.
    """
    suspicion = _suspicion(customer, payload, confirmed_since(customer.id, timezone.now() - RECENT))
    if suspicion.text and not (confirm_duplicate and cache.get(_shown(form), suspicion.text) == suspicion.text):
        raise DuplicateSuspected(suspicion)
    return suspicion


def remember_shown(suspected: DuplicateSuspected, *, form: str) -> None:
    """Outside the transaction, which ends with the refusal."""
    cache.set(_shown(form), suspected.message, SHOWN_FOR)


def _shown(form: str) -> str:
    return f"registrations:suspicion:{form}"


def _suspicion(customer: Customer, payload: Mapping[str, Any], recent: Registration | None) -> Suspicion:
    """Whether this may be one car twice; two equal cars are legitimate, so a person decides."""
    if recent:
        text = f"A vehicle of this customer was registered in the last 24 hours ({recent.reference})."
        return Suspicion(text, recent)
    model = payload.get("device_model") or {}
    twin = same_model_of(customer, model.get("manufacturer", ""), model.get("model", ""))
    return Suspicion(f"The customer already has a {twin}.") if twin else Suspicion()


def refuse_second(other: Registration | None) -> None:
    """One open registration per customer."""
    if other is not None:
        begun = timezone.localtime(other.created_at)
        since = f"{begun:%H:%M}" if begun.date() == timezone.localdate() else f"{begun.day} {begun:%B, %H:%M}"
        raise Conflicting(
            f"{other.requested_by} is registering a vehicle for this customer since {since}: {other.reference}. "
            "Wait until that is settled.",
            registration=other,
        )


def refuse_unexplained(registration: Registration, vehicles: Sequence[ElectricVehicle]) -> None:
    """A vehicle that came since, and that no registration accounts for, may be this one without its tag."""
    if found := new_vehicles(registration, vehicles):
        raise Conflicting(
            f"Podero now has a vehicle of this customer that no registration accounts for: {found[0]}. It may be this "
            "one, so nothing was sent. If it is another car, open the form as it was typed and register it from there.",
            again=registration,
        )


def refuse_overtaken(registration: Registration, *, since: datetime) -> None:
    """An old button must not make a second car when somebody registered one for this customer meanwhile."""
    other = overtaken_by(registration, since=since)
    if other:
        raise Conflicting(
            f"A vehicle of this customer was registered meanwhile: {other.reference}. Nothing was sent now. "
            "If this is another car, open the form as it was typed and register it from there.",
            again=registration,
        )
