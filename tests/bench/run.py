"""One database from empty to measured; runs in a process of its own, whose environment is production's."""

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from statistics import median

import psutil
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from podero_admin.audit.services import verify_now
from podero_admin.organizations.models import Organization
from podero_admin.organizations.selectors import system_access
from podero_admin.podero import ElectricVehicle
from podero_admin.registrations.models import Registration
from podero_admin.sandbox.world import World
from podero_admin.vehicles.models import Vehicle
from tests.bench import events, mirroring, pages, registering, seeding, serving, steady, weighing
from tests.bench.measuring import Browser, Times, measure, warm
from tests.bench.plans import plans
from tests.bench.report import (
    LIST_KILOBYTES,
    LIST_KILOBYTES_SENT,
    MIRRORING,
    QUERIES,
    REGISTERING,
    WORKER_MEGABYTES,
    Fact,
    Line,
    Plan,
    Result,
)


@dataclass(frozen=True)
class Options:
    rounds: int
    unmeasured: int
    events: int
    presses: int
    looks: int
    vehicles: int
    known_to_sandbox: int
    latency: float
    steady: int


@dataclass
class Seeded:
    people: seeding.People
    measured: Vehicle
    deep: int


def run(*, folder: Path, port: int, sandbox_port: int, world: World, options: Options) -> tuple[Result, list[Plan]]:
    started = time.monotonic()
    _say("seeding")
    seeded = _seed(world, options)
    _say("reading plans")
    sessions = {name: seeded.people.session(getattr(seeded.people, name)) for name in ("root", "supervisor", "agent")}
    measured = pages.pages(people=seeded.people, measured=seeded.measured, deep=seeded.deep)
    counts, found = _plans(measured, seeded.people)
    result = Result(database=_version(), seeded=_said(options))
    connections.close_all()
    browser = Browser(port, sessions)
    _say("measuring pages")
    with serving.gunicorn(port, folder / "gunicorn.log"):
        warm(port, sessions, measured)
        times = measure(browser, measured, rounds=options.rounds, unmeasured=options.unmeasured)
    result.lines = [_line(page, times, counts[page.name], found) for page in measured]
    _say("registering and weighing")
    stand_in = serving.sandbox(sandbox_port, folder / "sandbox.log", users=2 * options.known_to_sandbox)
    with stand_in, serving.gunicorn(port, folder / "gunicorn.log") as workers:
        warm(port, sessions)
        result.facts = _registering(port, sessions, seeded, sandbox_port, options)
        measure(browser, [replace(page, peer="") for page in measured], rounds=options.rounds // 5, unmeasured=0)
        result.facts += [_memory(workers), _queries(counts)]
        result.weights = _weigh(browser, seeded)
        result.facts.append(_list_bytes(dict(result.weights)["vehicles"]))
        _say("asking about everybody")
        result.facts.append(_mirroring(sandbox_port, options))
    if options.steady:
        _say("asking steadily")
        with serving.gunicorn(port, folder / "gunicorn.log") as workers:
            warm(port, sessions)
            paced = steady.steady(port, sessions, measured, workers, seconds=options.steady)
            result.facts += steady.facts(paced, seconds=options.steady)
    result.sizes = seeding.sizes()
    result.seconds = time.monotonic() - started
    return result, found


def _say(what: str) -> None:
    print(f"{connection.vendor}: {what}", file=sys.stderr, flush=True)


def _memory(workers: psutil.Process) -> Fact:
    """Of workers that never drew a page of the peers, which take more."""
    most = max(serving.unique_megabytes(workers))
    return "web worker after load, unique memory", f"{most:.0f} MB", f"< {WORKER_MEGABYTES} MB", most < WORKER_MEGABYTES


def _list_bytes(weight: Mapping[str, int]) -> Fact:
    plain, sent = weight["plain"] / 1000, weight["sent"] / 1000
    most = f"≤ {LIST_KILOBYTES} kB ({LIST_KILOBYTES_SENT} gz)"
    is_light = plain <= LIST_KILOBYTES and sent <= LIST_KILOBYTES_SENT
    return "HTML of the list of vehicles", f"{plain:.1f} kB ({sent:.1f} gz)", most, is_light


def _queries(counts: Mapping[str, int]) -> Fact:
    page, most = max(counts.items(), key=lambda item: item[1])
    return f"queries of the page that makes most ({page})", str(most), f"≤ {QUERIES}", most <= QUERIES


def _seed(world: World, options: Options) -> Seeded:
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    seeding.prepare()
    organizations = seeding.organizations()
    people = seeding.people(organizations)
    seeding.directory(world)
    seeding.more_vehicles(options.vehicles)
    measured = (
        Vehicle.objects.filter(battery_level__isnull=False, customer__email__gt="")
        .exclude(price_zone="")
        .order_by("-id")[0]
    )
    events.write(
        count=options.events, staff=[people.agent, *people.others], organizations=organizations, measured=measured
    )
    seeding.settle()
    return Seeded(people, measured, deep=min(Vehicle.objects.count(), options.events) // 100 * 50 - 100)


def _version() -> str:
    beside = ", Redis as cache" if "Redis" in settings.CACHES["default"]["BACKEND"] else ""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version" if connection.vendor == "postgresql" else "SELECT sqlite_version()")
        return f"{'PostgreSQL' if connection.vendor == 'postgresql' else 'SQLite'} {cursor.fetchone()[0].split()[0]}{beside}"


def _said(options: Options) -> str:
    from podero_admin.directory.models import Customer

    fields = len(ElectricVehicle.model_fields)
    return f"{Customer.objects.count():,} customers, {Vehicle.objects.count():,} vehicles of {fields} fields, {options.events:,} events"


def _plans(measured: list[pages.Page], people: seeding.People) -> tuple[dict[str, int], list[Plan]]:
    counts, found = {}, []
    for page in measured:
        counts[page.name], of_page = plans(page, getattr(people, page.by))
        found += of_page
    return counts, found


def _line(page: pages.Page, times: Times, queries: int, found: list[Plan]) -> Line:
    return Line(
        name=page.name,
        ours=median(times.ours[page.name]),
        floor=times.floor(page.by),
        peer=median(times.peers[page.name]) if page.peer else 0.0,
        most=page.most,
        first=median(times.ours[page.first]) if page.first else 0.0,
        queries=queries,
        bad_plans=sum(bool(plan.bad) for plan in found if plan.page == page.name),
    )


def _registering(
    port: int, sessions: Mapping[str, str], seeded: Seeded, sandbox_port: int, options: Options
) -> list[Fact]:
    customers, agent = registering.without_vehicle(options.known_to_sandbox), seeded.people.agent
    browsers = [Browser(port, sessions) for _ in range(registering.AT_ONCE)]
    many = registering.many(browsers, list(islice(customers, options.presses)), agent, sandbox_port)
    took = registering.against_bare(
        browsers[0], customers, agent, sandbox_port, rounds=min(options.rounds, 30), latency=options.latency
    )
    ratio = took.pressed / took.kept
    connections.close_all()
    milliseconds = (
        f"{took.pressed * 1000:.1f} ms, bare POST {took.kept * 1000:.1f} (new connection {took.new * 1000:.1f})"
    )
    return [
        (
            f"registering, API answering in {options.latency * 1000:.0f} ms: {milliseconds}",
            f"{ratio:.3f}",
            f"≤ {REGISTERING} × bare",
            ratio <= REGISTERING,
        ),
        (f"token requests for {many.presses:,} registrations, four at once", str(many.tokens), "1", many.tokens == 1),
        ("of them confirmed", f"{many.confirmed:,}", f"{many.presses:,}", many.confirmed == many.presses),
        ("registrations a second, API answering at once", f"{many.presses / many.seconds:.0f}", "–", True),
        ("the log after it", "unbroken" if _is_unbroken() else "broken", "unbroken", _is_unbroken()),
    ]


def _mirroring(sandbox_port: int, options: Options) -> Fact:
    customers = [row.id for row in islice(registering.known(options.known_to_sandbox), options.looks)]
    rate = mirroring.calls_a_second(customers, sandbox_port)
    what = f"mirror pass, API answering in {mirroring.LATENCY * 1000:.0f} ms, {mirroring.AT_ONCE} at once"
    share = rate / mirroring.MOST
    return what, f"{rate:.0f} a second ({share:.0%})", f"≥ {MIRRORING:.0%}", share >= MIRRORING


def _is_unbroken() -> bool:
    return verify_now(access=system_access()).is_unbroken


def _weigh(browser: Browser, seeded: Seeded) -> list[tuple[str, dict[str, int]]]:
    measured = seeded.measured
    reference = Registration.objects.latest("id").reference
    last = Organization.objects.count()
    wanted = {
        "start": "/",
        "search": "/search/",
        "customers": "/customers/",
        "customer": f"/customers/{measured.customer_id}/",
        "registering": f"/customers/{Registration.objects.latest('id').customer_id}/register/",
        "registrations": "/registrations/",
        "registration": f"/registrations/{reference}/",
        "vehicles": "/vehicles/",
        "vehicle": f"/vehicles/{measured.id}/",
        "audit log": "/audit/",
        "event": f"/audit/{last}/",
        "connections": "/connections/",
        "stock admin: vehicles": "/bench/admin/vehicles/vehicle/",
        "stock admin: events": "/bench/admin/audit/event/",
    }
    weighed = [(name, weighing.weigh(browser, path, by="root")) for name, path in wanted.items()]
    return [*weighed, ("sign in", weighing.weigh(browser, "/accounts/login/", by="nobody"))]
