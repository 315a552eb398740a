"""What a page asks its database, and how the database goes about it: no scan of, or sort over, a table that grows."""

import json
import re

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from podero_admin.accounts.models import Staff
from tests.bench.pages import Page
from tests.bench.report import Plan

GROWING = (
    *("vehicles_vehicle", "vehicles_reading", "directory_customer"),
    *("audit_event", "audit_accessrecord", "registrations_registration"),
)
READ_AT_MOST = 1100  # what a search may sort: its thousand candidates, and some
#: What comes before a sort and finds few rows, however large the table: one customer's, or a limited number of ids.
NARROW = ("LIST SUBQUERY", "VIRTUAL TABLE", "(customer_id=?")


def plans(page: Page, staff: Staff) -> tuple[int, list[Plan]]:
    """How many queries the page makes when warm, and the plan of each that reads a table that grows."""
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(staff)
    _ask(client, page)
    with CaptureQueriesContext(connection) as asked:
        _ask(client, page)
    statements = [
        query["sql"] for query in asked.captured_queries if query["sql"].startswith(("SELECT", "INSERT", "UPDATE"))
    ]
    reading = [
        statement
        for statement in statements
        if statement.startswith("SELECT") and any(name in statement for name in GROWING)
    ]
    return len(statements), [plan_of(page.name, statement) for statement in reading]


def _ask(client: Client, page: Page) -> None:
    response = client.post(page.path, page.posted) if page.posted else client.get(page.path)
    if response.status_code != 200:
        raise RuntimeError(f"{page.path} answered {response.status_code}")


def plan_of(page: str, statement: str) -> Plan:
    explain = _postgresql if connection.vendor == "postgresql" else _sqlite
    steps, bad = explain(statement)
    return Plan(page, shortened(statement), "\n".join(steps), bad)


def _sqlite(statement: str) -> tuple[list[str], str]:
    with connection.cursor() as cursor:
        cursor.cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
        steps = [str(row[3]) for row in cursor.cursor.fetchall()]
    return steps, "; ".join(filter(None, (_bad_of_sqlite(step, steps) for step in steps)))


def _bad_of_sqlite(step: str, steps: list[str]) -> str:
    """Walking along an index in the list's own order is called a scan too, and ends with the page."""
    if (
        step.startswith("SCAN")
        and "VIRTUAL TABLE" not in step
        and " USING " not in step
        and any(name in step for name in GROWING)
    ):
        return step
    sorts = step.startswith("USE TEMP B-TREE FOR ORDER BY")
    return step if sorts and not any(sign in other for other in steps for sign in NARROW) else ""


def _postgresql(statement: str) -> tuple[list[str], str]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}".replace("%", "%%"), [])
        found = cursor.fetchone()[0]
    tree = found if isinstance(found, list) else json.loads(found)
    steps, bad = list[str](), list[str]()
    _walk(tree[0]["Plan"], 0, steps, bad)
    return steps, "; ".join(bad)


def _walk(node: dict, depth: int, steps: list[str], bad: list[str]) -> None:
    table, index, rows = node.get("Relation Name", ""), node.get("Index Name", ""), node.get("Actual Rows", 0)
    line = f"{node['Node Type']} {index or table} rows={rows} ms={node.get('Actual Total Time', 0)}".strip()
    steps.append("  " * depth + line)
    below, in_vain = node.get("Plans", []), node.get("Rows Removed by Filter", 0)
    read = rows + in_vain if node["Node Type"] == "Seq Scan" and table in GROWING else in_vain
    if node["Node Type"].endswith("Sort"):
        read = max((child.get("Actual Rows", 0) for child in below), default=0)
    if read > READ_AT_MOST:
        bad.append(f"{line}, {read} rows read")
    for child in below:
        _walk(child, depth + 1, steps, bad)


def shortened(statement: str) -> str:
    """Without the columns, which say nothing here, and with lists of values cut."""
    text = re.sub(r"SELECT (?!COUNT)(.{60}).*? FROM ", r"SELECT … FROM ", statement, count=1)
    return re.sub(r"'[^']{60,}'", "'…'", text)[:700]
