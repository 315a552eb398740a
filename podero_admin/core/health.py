"""Whether this process can serve: the database answers and is migrated. Podero is never asked."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

_migrated = False


def not_ready_because() -> str:
    """One sentence, or nothing when all is well; once migrated is known, only the database is asked."""
    global _migrated  # noqa: PLW0603 - a process only ever goes from not migrated to migrated
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if not _migrated:
            executor = MigrationExecutor(connection)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                return "the database is not migrated"
            _migrated = True
    except DatabaseError:
        return "the database does not answer"
    return ""
