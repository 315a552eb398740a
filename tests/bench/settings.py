"""Production settings with two named changes: the floor's address, and a folder for collected static files."""

from podero_admin.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.urls"
STATIC_ROOT = VAR_DIR / "staticfiles"  # noqa: F405
