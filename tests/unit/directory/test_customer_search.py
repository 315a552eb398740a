"""Finding a customer by any part of a name, e-mail or number; within one's own organisations only."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from podero_admin.core.errors import Invalid, NotFound
from podero_admin.directory import apps
from podero_admin.directory.applying import list_apply
from podero_admin.directory.checks import check_search_index
from podero_admin.directory.models import Customer
from podero_admin.directory.search_index import CUSTOMERS
from podero_admin.directory.selectors import customer_get, customer_match, customer_search, list_ages
from podero_admin.podero import User

pytestmark = pytest.mark.django_db
PEOPLE = (
    ("Jürgen", "Groß-Öttl", "juergen@example.org", "AS-1001"),
    ("Anna", "Huber", "anna.huber@example.org", "AS-1002"),
    ("Anna Maria", "Hubner", "am@example.org", "AS-1003"),
    ("Łucja", "Żółkiewna", "lucja@example.org", "AS-1004"),
    ("İpek", "Yıldırımlı", "ipek@example.org", "AS-1005"),
    ("נועה", "בן־דרור", "noa@example.org", "AS-1006"),
    ("O", "Li", "oli@example.org", "AS-1007"),
    ("100%", 'Quo"te_\\', "odd@example.org", "AS-1008"),
)


def keep(organization: Any, *people: tuple[str, str, str, str]) -> None:
    users = [
        User.parse(
            {
                "id": str(uuid4()),
                "role": "user",
                "first_name": first,
                "last_name": last,
                "email": email,
                "external_user_id": number,
            }
        )
        for first, last, email, number in people
    ]
    list_apply(organization, users, timezone.now())


@pytest.fixture
def people(organization_a: Any, organization_b: Any) -> None:
    keep(organization_a, *PEOPLE)
    keep(organization_b, ("Anna", "Nordlund", "anna@nordvolt.example", "NV-1"))


def names(access: Any, text: str) -> list[str]:
    return [customer.name for customer in customer_search(access=access, text=text).rows]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("gross", ["Jürgen Groß-Öttl"]),
        ("JURGEN OTT", ["Jürgen Groß-Öttl"]),
        ("jürgen groß", ["Jürgen Groß-Öttl"]),
        ("zolkie", ["Łucja Żółkiewna"]),
        ("żółk", ["Łucja Żółkiewna"]),
        ("yildirim", ["İpek Yıldırımlı"]),
        ("דרור", ["נועה בן־דרור"]),
        ("anna hub", ["Anna Huber", "Anna Maria Hubner"]),
        ("hub anna", ["Anna Huber", "Anna Maria Hubner"]),
        ("anna.huber@", ["Anna Huber"]),
        ("as-1002", ["Anna Huber"]),
        ("1002", ["Anna Huber"]),
        ("li", ["O Li"]),
        ("o li", ["O Li"]),
        ("hu", ["Anna Huber", "Anna Maria Hubner"]),
        ("100%", ['100% Quo"te_\\']),
        ('quo"te_\\', ['100% Quo"te_\\']),
        ("anna xavier", []),
        ("nordlund", []),
        ("ub", []),
    ],
)
def test_every_word_must_be_found(text: str, found: list[str], people: None, alice: Any, access_of: Any) -> None:
    assert names(access_of(alice), text) == found


@pytest.mark.parametrize(
    "text",
    [
        "%",
        "_%",
        '"',
        "'",
        "\\",
        "@@@",
        "\0",
        "x" * 10_000,
        "zq " * 5_000 + "ß",
        "NEAR(a b)",
        "* AND OR NOT",
        "-",
        "\ud800",
    ],
)
def test_no_text_breaks_it(text: str, people: None, alice: Any, access_of: Any) -> None:
    assert names(access_of(alice), text) in ([], ['100% Quo"te_\\'])


def test_blanks_alone_are_no_search(people: None, alice: Any, access_of: Any) -> None:
    assert len(names(access_of(alice), "  \t ")) == len(PEOPLE)


def test_an_id_is_found_exactly_and_only_at_home(people: None, alice: Any, charlie: Any, access_of: Any) -> None:
    customer = Customer.objects.get(last_name="Huber")
    assert names(access_of(alice), f" {str(customer.id).upper()} ") == ["Anna Huber"]
    assert names(access_of(charlie), str(customer.id)) == []


def test_charlie_finds_only_his_own(people: None, charlie: Any, access_of: Any) -> None:
    assert names(access_of(charlie), "anna") == ["Anna Nordlund"]
    assert names(access_of(charlie), "") == ["Anna Nordlund"]


def test_who_has_no_seat_finds_nobody(people: None) -> None:
    from podero_admin.core.access import NOBODY

    assert names(NOBODY, "anna") == []
    assert names(NOBODY, "") == []


def test_somebody_of_both_organisations_finds_both(people: None, root: Any, access_of: Any) -> None:
    assert names(access_of(root), "anna") == ["Anna Huber", "Anna Maria Hubner", "Anna Nordlund"]
    assert len(names(access_of(root), "")) == len(PEOPLE) + 1


def test_the_list_is_read_page_by_page_and_back(organization_a: Any, alice: Any, access_of: Any) -> None:
    keep(organization_a, *((f"First {i:03}", "Same", f"{i}@example.org", f"N-{i}") for i in range(120)))
    for text in ("", "same"):
        first = customer_search(access=access_of(alice), text=text)
        second = customer_search(access=access_of(alice), text=text, after=first.after)
        third = customer_search(access=access_of(alice), text=text, after=second.after)
        assert [len(page.rows) for page in (first, second, third)] == [50, 50, 20]
        assert len({row.id for page in (first, second, third) for row in page.rows}) == 120
        assert not third.after
        assert [row.id for row in customer_search(access=access_of(alice), text=text, before=second.before).rows] == [
            row.id for row in first.rows
        ]


def test_a_cursor_of_another_search_is_refused(organization_a: Any, alice: Any, access_of: Any) -> None:
    keep(organization_a, *((f"First {i:03}", "Same", f"{i}@example.org", f"N-{i}") for i in range(60)))
    cursor = customer_search(access=access_of(alice), text="same").after
    with pytest.raises(Invalid):
        customer_search(access=access_of(alice), text="other", after=cursor)


def test_the_index_follows_a_changed_name(people: None, organization_a: Any, alice: Any, access_of: Any) -> None:
    user = Customer.objects.get(last_name="Huber")
    told = User.parse({"id": str(user.id), "role": "user", "first_name": "Anna", "last_name": "Zwettler"})
    list_apply(organization_a, [told], timezone.now())
    assert names(access_of(alice), "zwettler") == ["Anna Zwettler"]
    assert names(access_of(alice), "anna.huber@") == []


def test_the_index_follows_a_deleted_row(people: None, alice: Any, access_of: Any) -> None:
    Customer.objects.filter(last_name="Huber").delete()
    assert names(access_of(alice), "huber") == []


def test_the_gone_are_found_but_not_listed(people: None, alice: Any, access_of: Any) -> None:
    Customer.objects.filter(last_name="Huber").update(is_gone=True)
    assert "Anna Huber" not in names(access_of(alice), "")
    assert names(access_of(alice), "anna.huber") == ["Anna Huber"]


def test_one_customer_outside_is_not_found_and_said_so_to_the_log(people: None, charlie: Any, access_of: Any) -> None:
    customer = Customer.objects.get(last_name="Huber")
    with pytest.raises(NotFound) as refused:
        customer_get(access=access_of(charlie), customer_id=customer.id)
    assert str(customer.id) in refused.value.outside
    with pytest.raises(NotFound) as unknown:
        customer_get(access=access_of(charlie), customer_id=uuid4())
    assert unknown.value.outside == ""


def test_a_deep_link_matches_id_or_number_exactly(
    people: None, organization_a: Any, alice: Any, charlie: Any, access_of: Any
) -> None:
    customer = Customer.objects.get(last_name="Huber")
    for key in ("AS-1002", str(customer.id)):
        assert customer_match(access=access_of(alice), organization_id=organization_a.id, key=key) == [customer]
        assert customer_match(access=access_of(charlie), organization_id=organization_a.id, key=key) == []
    for key in ("AS-100", "", "\0", "x" * 5000):
        assert customer_match(access=access_of(alice), organization_id=organization_a.id, key=key) == []


def test_the_age_of_each_list_is_known(people: None, alice: Any, access_of: Any) -> None:
    (age,) = list_ages(access=access_of(alice))
    assert age.fetched_at is not None
    assert age.error == ""


@pytest.mark.parametrize("typed", ["Köhler", "koehler", "KOEHLER"])
def test_both_ways_to_write_an_umlaut_find_both(typed: str, alice: Any, access_of: Any, organization_a: Any) -> None:
    keep(organization_a, ("Eva", "Köhler", "eva@example.org", "K-1"), ("Udo", "Koehler", "udo@example.org", "K-2"))
    assert sorted(names(access_of(alice), typed)) == ["Eva Köhler", "Udo Koehler"]


def test_a_lost_trigger_of_the_index_is_noticed_and_mended(people: None, alice: Any, access_of: Any) -> None:
    assert check_search_index(databases=["default"]) == []
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER directory_customer_search_changed")
    Customer.objects.filter(last_name="Huber").update(folded="  mended")
    (problem,) = check_search_index(databases=["default"])
    assert "directory_customer_search_changed" in problem.msg
    apps._mend_search_index(using="default")
    assert check_search_index(databases=["default"]) == []
    assert names(access_of(alice), "mended") == ["Anna Huber"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite begins with the index because it is told to")
def test_candidates_are_collected_once_and_not_for_each_row_of_the_list(people, organization_a):
    found = CUSTOMERS.matching(Customer.objects.order_by("sort_name", "id"), [["hub"]], [organization_a.id])
    assert [customer.name for customer in found] == ["Anna Huber", "Anna Maria Hubner"]
    plan = CUSTOMERS.matching(Customer.objects.order_by("sort_name", "id"), [["hub"]], [organization_a.id]).explain()
    assert "InitPlan" in plan
    assert "Materialize" not in plan


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL forgives a slip")
def test_a_slip_is_looked_for_by_trigrams_whatever_is_thought_of_how_many_are_alike(people, organization_a):
    with CaptureQueriesContext(connection) as asked:
        [found] = CUSTOMERS.similar(Customer.objects.all(), ["hubnar"], [organization_a.id], limit=1)
    assert found.name == "Anna Maria Hubner"
    with transaction.atomic(), connection.cursor() as cursor:
        for query in asked.captured_queries[:-1]:
            if query["sql"].startswith("SET LOCAL"):
                cursor.execute(query["sql"])
        [looked] = [query["sql"] for query in asked.captured_queries if query["sql"].startswith("SELECT")]
        cursor.execute(f"EXPLAIN {looked}")
        plan = " ".join(step for (step,) in cursor.fetchall())
    assert "directory_customer_search" in plan
    assert "Seq Scan" not in plan
