#!/usr/bin/env python
"""Django's command line for podero_admin."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "podero_admin.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - settings must be named first

    import podero_admin.celery  # noqa: F401, PLC0415 - commands enqueue tasks through our app

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
