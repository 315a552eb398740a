"""A desk in full use: customers opened, a registration in each outcome, vehicles in odd states; and all its pages."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page

from podero_admin.audit.models import Event
from podero_admin.directory.models import Customer
from podero_admin.organizations.selectors import system_access
from podero_admin.registrations.models import Attempt, Registration, Stray
from podero_admin.sandbox.faults import Fault
from podero_admin.sandbox.world import World
from podero_admin.vehicles.models import Vehicle
from podero_admin.vehicles.services import customer_vehicles_fetch
from tests.registering import press, registration_of

PLAIN = {"device_model_manufacturer": "Testwagen", "confirm_duplicate": "on"}
LONG_NAME, HEBREW, ARABIC, NAMELESS = "AS-204415", "AS-204416", "AS-204417", "Sunniva"
Open = Callable[[Page], Any]


@dataclass(frozen=True)
class Place:
    """One page, or one state of a page: who looks, how to get there, and what shows that one is."""

    name: str
    who: str
    path: str
    then: tuple[Open, ...] = field(default=())

    def open(self, page: Page) -> None:
        page.goto(self.path)
        for step in self.then:
            step(page)


@dataclass
class Stage:
    """What was set up: registrations by outcome, vehicles and customers by what is special about them."""

    client: Client
    world: World
    settle: Callable[..., Any]
    jana: Customer
    registrations: dict[str, str] = field(default_factory=dict)

    def set_up(self) -> "Stage":
        spare = list(
            Customer.objects.filter(organization=self.jana.organization, is_gone=False).order_by("external_user_id")
        )
        for customer in spare:
            customer_vehicles_fetch(access=system_access(), customer=customer)  # a page would not wait for long
            self.client.get(f"/customers/{customer.id}/")
        takers = iter([self.jana, *(customer for customer in spare if customer.id != self.jana.id)])
        self._press("confirmed", takers)
        self._press("rejected", takers, Fault("422", match="register"))
        self._press("review", takers, Fault("lost_after", match="register"))
        self._press("absent", takers, Fault("lost_before", match="register"))
        self.world.faults.add(Fault("list_lacks_comment", match="vehicles", times=None))
        for seconds in (400, 1500, 2600):
            self.settle(after=seconds)
        self.world.faults.clear()
        self._press("unknown", takers, Fault("lost_after", match="register"))
        cache.clear()
        self._press("not_sent", takers, Fault("400", match="token", times=None))
        self.world.faults.clear()
        self._caught("pending", next(takers))
        self._caught("sending", next(takers))
        self._alarmed()
        found = {
            outcome: Registration.objects.get(reference=reference).outcome
            for outcome, reference in self.registrations.items()
        }
        assert found == {outcome: outcome for outcome in found}
        return self

    def _press(self, outcome: str, takers: Iterator[Customer], *faults: Fault) -> None:
        self.world.faults.add(*faults)
        self.registrations[outcome] = registration_of(press(self.client, next(takers).id, **PLAIN)).reference

    def _caught(self, outcome: str, customer: Customer) -> None:
        """A registration in the middle of a press, which no page load could wait for."""
        first = Registration.objects.get(reference=self.registrations["confirmed"])
        attempt = first.attempts.get()
        now = timezone.now()
        own = {"submission_key": f"caught-{outcome}", "reference": f"R-CAUGHT{outcome[:4].upper()}"}
        values = {
            name: getattr(first, name)
            for name in ("organization", "requested_by", "submission_digest", "typed", "payload")
        }
        made = Registration.objects.create(customer=customer, created_at=now, pending_at=now, **own, **values)
        Attempt.objects.create(
            registration=made, number=1, payload=attempt.payload, staff=attempt.staff, created_at=now
        )
        if outcome == "sending":
            Registration.objects.filter(pk=made.pk).update(outcome="sending", sent_at=now)
        self.registrations[outcome] = made.reference

    def _alarmed(self) -> None:
        """One alarm of each kind, that no senior has seen yet."""
        now, long = timezone.now(), f"Podero has this registration more than once: {self.jana.id}, {self.jana.id}."
        confirmed = Registration.objects.filter(reference=self.registrations["confirmed"])
        confirmed.update(alarm=long, alarm_since=now)
        found = {"vehicle_id": self.jana.id, "reference": "R-23456789AB", "alarm": "Not known here.", "found_at": now}
        Stray.objects.create(organization=self.jana.organization, customer=self.jana, **found)

    def customer(self, number: str) -> str:
        return f"/customers/{Customer.objects.get(external_user_id=number).id}/"

    def vehicle(self, **values: Any) -> str:
        found = Vehicle.objects.filter(**values).order_by("created_at").first()
        assert found, values
        return f"/vehicles/{found.id}/"

    def places(self) -> list[Place]:
        return [*self._desk(), *self._form(), *self._vehicles(), *self._log(), *self._others()]

    def _desk(self) -> list[Place]:
        search = (
            lambda page: page.locator("#q").fill("berg"),
            lambda page: page.get_by_text("2 customers").first.wait_for(),
        )
        find = (
            lambda page: page.locator("main [data-find]").fill("berg"),
            lambda page: page.locator("[data-hits]").wait_for(),
        )
        in_vain = (
            lambda page: page.locator("main [data-find]").fill("nobody of this name"),
            lambda page: page.get_by_text("Nothing found").wait_for(),
        )
        return [
            Place("start", "adam", "/"),
            Place("search", "adam", "/search/"),
            Place("search, found", "adam", "/search/", find),
            Place("search, nothing found", "adam", "/search/", in_vain),
            Place("status", "adam", "/status/"),
            Place("status, short", "alice", "/status/"),
            Place("stray", "adam", f"/registrations/strays/{self.jana.strays.get().pk}/"),
            Place("customers", "adam", "/customers/"),
            Place("search result", "adam", "/customers/", search),
            Place("customer with a long name", "adam", self.customer(LONG_NAME)),
            Place("customer from right to left", "adam", self.customer(HEBREW)),
            Place("customer with registrations", "adam", f"/customers/{self.jana.id}/"),
            Place(
                "open link without match", "adam", f"/open/?organization={self.jana.organization_id}&customer=nobody"
            ),
            Place("registrations", "adam", "/registrations/"),
            *(
                Place(f"registration {outcome}", "adam", f"/registrations/{ref}/")
                for outcome, ref in self.registrations.items()
            ),
        ]

    def _form(self) -> list[Place]:
        path = f"{self.customer(ARABIC)}register/"
        register = lambda page: page.get_by_role("button", name="Register vehicle").click()  # noqa: E731
        unfold = lambda page: [summary.click() for summary in page.locator(".rare > summary").all()]  # noqa: E731
        return [
            Place("form", "adam", path),
            Place("form with errors", "adam", path, (register, lambda page: page.locator("#problems").wait_for())),
            Place("form with rare fields open", "adam", path, (unfold,)),
        ]

    def _vehicles(self) -> list[Place]:
        return [
            Place("vehicles", "adam", "/vehicles/"),
            Place("vehicles, none", "adam", "/vehicles/?price_zone=LT"),
            Place("vehicle", "adam", self.vehicle(charge="charging")),
            Place("vehicle that needs action", "adam", self.vehicle(action_needed=True)),
            Place("vehicle that waits for its owner", "adam", self.vehicle(is_connected=False, deleted_at=None)),
            Place("vehicle with links", "adam", self.vehicle(output__regex='"authorization_url": ?"https')),
            Place("deleted vehicle", "adam", self.vehicle(deleted_at__isnull=False)),
            Place("vehicle in a state not known", "adam", self.vehicle(connection_status="degraded")),
        ]

    def _log(self) -> list[Place]:
        event = Event.objects.filter(action="registration.requested").order_by("number").first()
        assert event
        return [
            Place("audit", "adam", "/audit/"),
            Place("access records", "adam", "/audit/?show=access"),
            Place("event", "adam", f"/audit/{event.number}/"),
        ]

    def _others(self) -> list[Place]:
        test = (
            lambda page: page.get_by_role("button", name="Test connection").first.click(),
            lambda page: page.get_by_text("Just tested").wait_for(),
        )
        sign_in = (
            lambda page: page.locator("[name=login]").fill("x"),
            lambda page: page.get_by_role("button", name="Sign in").click(),
            lambda page: page.locator(".invalid-feedback").first.wait_for(),
        )
        person = (lambda page: page.locator(".bar details").last.locator("summary").click(),)
        return [
            Place("connections", "adam", "/connections/"),
            Place("connection tested", "adam", "/connections/", test),
            Place("own menu", "adam", "/registrations/", person),
            Place("change password", "adam", "/accounts/password/change/"),
            Place("not found", "adam", "/nowhere/"),
            Place("not allowed", "alice", "/connections/"),
            Place("sign-in", "nobody", "/accounts/login/"),
            Place("sign-in with errors", "nobody", "/accounts/login/", sign_in),
            Place("password reset", "nobody", "/accounts/password/reset/"),
            Place("sign-in window", "nobody", "/vehicles/?embed=1"),
        ]
