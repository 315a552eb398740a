"""Whether this process can serve: database and cache answer, and it is migrated. Podero is never asked."""

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from redis.exceptions import RedisError

SECONDS = 2
_migrated = False


def not_ready_because() -> str:
    """One sentence, or nothing when all is well; once migrated is known, only the two are asked."""
    global _migrated  # noqa: PLW0603 - a process only ever goes from not migrated to migrated
    try:
        _database_answers()
        if not _migrated:
            executor = MigrationExecutor(connection)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                return "the database is not migrated"
            _migrated = True
    except DatabaseError:
        return "the database does not answer"
    try:
        cache.get("ready")
    except (RedisError, DatabaseError):
        return "the cache does not answer"
    return ""


def _database_answers() -> None:
    """Over a connection of its own with a short limit: whoever asks is gone before a kept one is given up."""
    own = connection.copy()
    if own.vendor == "postgresql":
        own.settings_dict["OPTIONS"]["connect_timeout"] = SECONDS
    try:
        with own.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        own.close()
