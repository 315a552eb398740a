"""The data of a run: the stand-in's own people and vehicles, in bulk, with the states of vehicles spread."""

import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from podero_admin.accounts.models import Membership, Staff
from podero_admin.core.access import Role
from podero_admin.directory.folding import sort_key
from podero_admin.directory.mapping import customer_values, raw_json, search_key
from podero_admin.directory.models import Customer
from podero_admin.organizations.models import Organization
from podero_admin.organizations.selectors import system_access
from podero_admin.organizations.services import organizations_load
from podero_admin.podero import ElectricVehicle
from podero_admin.podero import User as ToldUser
from podero_admin.sandbox.demo import ALPENSTROM
from podero_admin.sandbox.demo.states import STATES
from podero_admin.sandbox.records import User, owner_json, user_json, vehicle_json
from podero_admin.sandbox.world import World
from podero_admin.vehicles.mapping import vehicle_values
from podero_admin.vehicles.models import Vehicle

Item = TypeVar("Item")
BATCH = 2000
RARE = "quellenthal"
RARE_HITS = 3
COMMON = "Grünbichl"
SPECIAL_ONE_IN = 4
DIFFERENT = 3000


@dataclass(frozen=True)
class People:
    """Who looks: the operator, a supervisor of both organisations, an agent of one; and their cookies."""

    root: Staff
    supervisor: Staff
    agent: Staff
    others: tuple[Staff, ...]

    def session(self, staff: Staff) -> str:
        client = Client()
        client.force_login(staff)
        return str(client.cookies["podero_session"].value)


def batches(items: Iterable[Item], size: int = BATCH) -> Iterator[list[Item]]:
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some


@transaction.atomic
def people(organizations: list[Organization]) -> People:
    root = Staff.objects.create_superuser("root@operator.example", name="Rosa Root")
    staff = [Staff.objects.create_user(f"person{n}@operator.example", name=f"Person {n}") for n in range(40)]
    supervisor, agent, *others = staff
    for organization in organizations:
        Membership.objects.create(staff=supervisor, organization=organization, role=Role.SUPERVISOR)
    Membership.objects.create(staff=agent, organization_id=ALPENSTROM, role=Role.AGENT)
    for number, other in enumerate(others):
        organization = organizations[number % len(organizations)]
        Membership.objects.create(staff=other, organization=organization, role=Role.AGENT)
    return People(root, supervisor, agent, tuple(others))


@transaction.atomic
def organizations() -> list[Organization]:
    loaded = organizations_load(access=system_access())
    Organization.objects.update(directory_fetched_at=timezone.now())
    return loaded


@transaction.atomic
def directory(world: World) -> None:
    """Customers and their vehicles; three customers have an e-mail address that the search test looks for."""
    users = [user for user in world.users() if user.role == "user"]
    for number, user in enumerate(users[1000 : 1000 + RARE_HITS]):
        user.email = f"office.{number}@solarhof-{RARE}.example"
    now = timezone.now()
    for some in batches(users):
        Customer.objects.bulk_create([_customer(user, now) for user in some])
    for rows in batches(_vehicles(users, now)):
        Vehicle.objects.bulk_create(rows)


def _customer(user: User, now: datetime) -> Customer:
    told, key = ToldUser.parse(user_json(user)), UUID(user.id)
    values = customer_values(told, raw_json(told.raw))
    return Customer(
        id=key, organization_id=UUID(user.organization_id), search_key=search_key(key), fetched_at=now, **values
    )


def _vehicles(users: list[User], now: datetime) -> Iterator[Vehicle]:
    """The stand-in gives each special state twice and is ordinary from then on; here one vehicle in four is special.

    States are read by our own code once for each of some thousand vehicles; the others share them.
    """
    owned = [(user, vehicle) for user in users for vehicle in user.vehicles]
    read = [vehicle_values(ElectricVehicle.parse(vehicle_json(user, vehicle))) for user, vehicle in owned[:DIFFERENT]]
    told = [json.loads(values["output"]) for values in read]
    special, draw = 2 * len(STATES), random.Random(1)
    for user, vehicle in owned:
        like = draw.randrange(special) if draw.randrange(SPECIAL_ONE_IN) == 0 else draw.randrange(special, len(read))
        output = json.dumps(told[like] | {"id": vehicle.id, "owner": owner_json(user)})
        yield Vehicle(
            id=UUID(vehicle.id),
            organization_id=UUID(user.organization_id),
            customer_id=UUID(user.id),
            customer_key=sort_key(f"{user.last_name or ''} {user.first_name or ''}"),
            fetched_at=now,
            **read[like] | {"output": output},
        )


def more_vehicles(wanted: int) -> None:
    """Up to so many vehicles: the columns of those that are there, without the answers, which no list reads."""
    missing = wanted - Vehicle.objects.count()
    known = list(Vehicle.objects.order_by("id").defer("output", "sent")[:20_000])
    for some in batches(islice(_copies(known), max(missing, 0))):
        with transaction.atomic():
            Vehicle.objects.bulk_create(some)


def _copies(known: list[Vehicle]) -> Iterator[Vehicle]:
    names = [field.attname for field in Vehicle._meta.concrete_fields if field.name not in {"output", "sent"}]
    values = [{name: getattr(row, name) for name in names} for row in known]
    draw = random.Random(4)
    while values:
        own = {"id": UUID(int=draw.getrandbits(128)), "search_key": draw.getrandbits(63), "output": "{}"}
        yield Vehicle(**draw.choice(values) | own)


def prepare() -> None:
    """Room for the indexes while they grow; only on this connection, which the measured processes never see."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size=-400000")
            cursor.execute("PRAGMA synchronous=OFF")


def settle() -> None:
    """What PostgreSQL's autovacuum does by itself within minutes; SQLite has no such thing and gets none."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def sizes() -> list[tuple[str, str, float]]:
    """Table, index or nothing, megabytes; of the four tables that grow."""
    tables = (
        "vehicles_vehicle",
        "directory_customer",
        "directory_customer_search",
        "vehicles_vehicle_search",
        "audit_event",
    )
    if connection.vendor == "postgresql":
        statement = """
            SELECT t.relname, '', pg_table_size(t.oid) FROM pg_class t WHERE t.relkind = 'r' AND t.relname = ANY(%s)
            UNION ALL SELECT t.relname, i.relname, pg_relation_size(i.oid) FROM pg_index x
            JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid WHERE t.relname = ANY(%s)"""
        values: list[Any] = [list(tables), list(tables)]
    else:
        places = ", ".join(["%s"] * len(tables))
        statement = f"""
            SELECT m.tbl_name, CASE WHEN m.type = 'table' THEN '' ELSE m.name END, SUM(s.pgsize) FROM dbstat s
            JOIN sqlite_master m ON m.name = s.name WHERE m.tbl_name IN ({places}) OR m.tbl_name LIKE '%%_search_%%'
            GROUP BY m.name"""
        values = list(tables)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return sorted((table, index, float(size) / 1e6) for table, index, size in cursor.fetchall())
