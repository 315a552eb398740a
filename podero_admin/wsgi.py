"""The WSGI entry point; loads the organisations file once at start."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "podero_admin.settings")

from django.core.wsgi import get_wsgi_application

import podero_admin.celery  # noqa: F401 - views enqueue tasks through our app

application = get_wsgi_application()

from podero_admin.core.checks import problems_in_words  # noqa: E402 - apps must be ready
from podero_admin.env import refuse_to_start  # noqa: E402
from podero_admin.organizations.services import organizations_load_at_start  # noqa: E402 - apps must be ready

if problems := problems_in_words():
    refuse_to_start(problems)
organizations_load_at_start()
