"""The WSGI entry point; loads the organisations file once at start."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "podero_admin.settings")

from django.core.wsgi import get_wsgi_application

import podero_admin.celery  # noqa: F401 - views enqueue tasks through our app

application = get_wsgi_application()

from podero_admin.organizations.services import organizations_load_at_start  # noqa: E402 - apps must be ready

organizations_load_at_start()
