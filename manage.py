#!/usr/bin/env python
"""Django's command line for podero_admin."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "podero_admin.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - settings must be named first
    from django.db import DatabaseError  # noqa: PLC0415
    from redis.exceptions import RedisError  # noqa: PLC0415

    import podero_admin.celery  # noqa: F401, PLC0415 - commands enqueue tasks through our app

    try:
        execute_from_command_line(sys.argv)
    except (DatabaseError, RedisError) as error:
        end_in_words(error)
        raise


def end_in_words(error: Exception) -> None:
    """What the operator can mend is one sentence, for every command; a mistake of the program keeps its traceback."""
    from podero_admin.core.health import not_ready_because  # noqa: PLC0415 - as above
    from podero_admin.core.outage import is_outage  # noqa: PLC0415

    command = sys.argv[1]
    is_passing = is_outage(error)
    problem = not_ready_because() or ("the database or the cache did not answer" if is_passing else "")
    if problem and (is_passing or command != "migrate"):  # before a migration ends, the database is never migrated
        why = str(error).partition("\n")[0].rstrip(".") or type(error).__name__
        sys.exit(f"{command} was broken off: {problem} ({why}).")


if __name__ == "__main__":
    main()
