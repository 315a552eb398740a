"""The trigram index of a table: pg_trgm on PostgreSQL, an FTS5 table kept by triggers on SQLite; and how it is asked.

A table that has one has the columns `folded` (all words, see folding.py), `search_key` and `organization_id`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add, or_
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.lookups import TrigramWordSimilar
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import DatabaseError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import BooleanField, F, Func, Model, Q, QuerySet
from django.db.models.expressions import RawSQL

from podero_admin.directory.narrowing import only_of

Row = TypeVar("Row", bound=Model)
CANDIDATES = 1000
#: Each has to be compared word by word, which costs more than to find it.
SIMILAR_CANDIDATES = 300
#: A shorter word has too few trigrams to tell a slip from another word.
SHORTEST_SIMILAR = 4
#: One letter wrong in eight: "quelmayr" and "quellmeyr" are like "quellmayr"; 0.6 is PostgreSQL's own.
LIKENESS = 0.5
NO_EXTENSION = (
    "The PostgreSQL extension pg_trgm is needed to search, and this database user may not create it. "
    "Ask whoever runs the database for one statement in this database: CREATE EXTENSION pg_trgm; "
    'then run "migrate" again.'
)


class _AnyOf(Func):
    """`column = ANY(ARRAY(…))`: PostgreSQL collects the candidates once, before it sorts them.

    Of an `IN` with a limit it may think it quicker to walk the list in its order, each row against all candidates.
    """

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()

    @classmethod
    def first(cls, found: QuerySet[Any], most: int) -> "_AnyOf":
        return cls(F("id"), ArraySubquery(found.values("id")[:most]))


@dataclass(frozen=True)
class SearchIndex:
    """Names are constants of ours, so they may stand in SQL; all texts travel as parameters."""

    table: str

    @property
    def name(self) -> str:
        return f"{self.table}_search"

    @property
    def triggers(self) -> dict[str, str]:
        """What keeps the FTS5 table on SQLite."""
        index, table = self.name, self.table
        added = f"INSERT INTO {index}(rowid, folded) VALUES (new.search_key, new.folded);"  # noqa: S608
        dropped = f"INSERT INTO {index}({index}, rowid, folded) VALUES ('delete', old.search_key, old.folded);"  # noqa: S608
        changed = f"AFTER UPDATE OF folded ON {table} WHEN old.folded <> new.folded"
        return {
            f"{index}_added": f"AFTER INSERT ON {table} BEGIN {added} END",
            f"{index}_removed": f"AFTER DELETE ON {table} BEGIN {dropped} END",
            f"{index}_changed": f"{changed} BEGIN {dropped} {added} END",
        }

    def create(self, apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:  # noqa: ARG002
        if schema_editor.connection.vendor == "postgresql":
            _create_extension(schema_editor)
            schema_editor.execute(f"CREATE INDEX {self.name} ON {self.table} USING gin (folded gin_trgm_ops)")
            return
        schema_editor.execute(
            f"CREATE VIRTUAL TABLE IF NOT EXISTS {self.name} USING fts5("
            f"folded, content='{self.table}', content_rowid='search_key', tokenize='trigram')",
        )
        self.install_triggers(schema_editor.connection)

    def drop(self, apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:  # noqa: ARG002
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP INDEX IF EXISTS {self.name}")
            return
        for name in self.triggers:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}")
        schema_editor.execute(f"DROP TABLE IF EXISTS {self.name}")

    def install_triggers(self, connection: BaseDatabaseWrapper) -> None:
        """Make them, or make them again after a migration that remade the table on SQLite; the index is built anew."""
        with connection.cursor() as cursor:
            for name, body in self.triggers.items():
                cursor.execute(f"CREATE TRIGGER IF NOT EXISTS {name} {body}")
            cursor.execute(f"INSERT INTO {self.name}({self.name}) VALUES ('rebuild')")  # noqa: S608

    def missing_triggers(self, connection: BaseDatabaseWrapper) -> list[str]:
        """Those that should keep the index and do not exist (SQLite; PostgreSQL keeps its index itself)."""
        if connection.vendor != "sqlite":
            return []
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM sqlite_master WHERE name = %s OR tbl_name = %s", [self.name, self.table])
            present = {row[0] for row in cursor.fetchall()}
        return sorted(set(self.triggers) - present) if self.name in present else []

    def mend(self, using: BaseDatabaseWrapper) -> None:
        """A migration that remakes the table on SQLite loses its triggers."""
        if self.missing_triggers(using):
            self.install_triggers(using)

    def matching(
        self, rows: QuerySet[Row], words: Sequence[Sequence[str]], organization_ids: Collection[UUID]
    ) -> QuerySet[Row]:
        """Rows that hold one of the spellings of every word.

        Candidates are limited before they are sorted: a common part costs no more.
        """
        if not words or not organization_ids:
            return rows.none()
        if connection.vendor == "sqlite":
            return rows.filter(id__in=self._candidates_of_sqlite(words, organization_ids))
        found = rows.model._default_manager.filter(organization_id__in=organization_ids)  # noqa: SLF001 - documented
        for spellings in words:
            found = found.filter(reduce(or_, [Q(folded__contains=spelling) for spelling in spellings]))
        return rows.filter(_AnyOf.first(found, CANDIDATES))

    def similar(
        self, rows: QuerySet[Row], words: Sequence[str], organization_ids: Collection[UUID], *, limit: int
    ) -> list[Row]:
        """Rows with words like these, the most alike first: forgives a slip. Only PostgreSQL knows how.

        Its guess at how many are alike may be far too high; then it would compare row after row, of the table or of an
        organisation. Left without those two ways it begins with the trigrams.
        """
        words = [word for word in words if len(word) >= SHORTEST_SIMILAR]
        if connection.vendor != "postgresql" or not words or not organization_ids:
            return []
        found = only_of(rows.model._default_manager.all(), organization_ids)  # noqa: SLF001 - documented
        for word in words:
            found = found.filter(TrigramWordSimilar(F("folded"), word))
        likeness = reduce(add, [TrigramWordSimilarity(word, "folded") for word in words])
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL pg_trgm.word_similarity_threshold = {LIKENESS}; SET LOCAL enable_seqscan = off")
            return list(rows.filter(_AnyOf.first(found, SIMILAR_CANDIDATES)).order_by(likeness.desc(), "id")[:limit])

    def _candidates_of_sqlite(self, words: Sequence[Sequence[str]], organization_ids: Collection[UUID]) -> RawSQL:
        """CROSS JOIN makes SQLite begin with the trigram index, whatever it thinks of the other table."""
        quoted = [['"{}"'.format(spelling.replace('"', '""')) for spelling in each] for each in words]
        query = " AND ".join(f"({' OR '.join(each)})" for each in quoted)
        places = ", ".join(["%s"] * len(organization_ids))
        sql = f"""
            SELECT c.id FROM {self.name} s CROSS JOIN {self.table} c ON c.search_key = s.rowid
            WHERE s.{self.name} MATCH %s AND c.organization_id IN ({places}) LIMIT {CANDIDATES}
        """  # noqa: S608 - only places and constants of ours; all texts travel as parameters
        return RawSQL(sql, [query, *(organization_id.hex for organization_id in organization_ids)])  # noqa: S611


def turned(word: str) -> list[str]:
    """The word, and with two neighbouring letters swapped, the commonest slip; a number would be another one."""
    if len(word) < SHORTEST_SIMILAR or not word.isalpha():
        return [word]
    swapped = (f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}" for at in range(len(word) - 1))
    return list(dict.fromkeys([word, *swapped]))


def _create_extension(schema_editor: BaseDatabaseSchemaEditor) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
        if cursor.fetchone():
            return
    try:
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError as error:
        raise DatabaseError(NO_EXTENSION) from error


CUSTOMERS = SearchIndex("directory_customer")
create_search_index, drop_search_index = CUSTOMERS.create, CUSTOMERS.drop
