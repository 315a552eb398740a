"""Production settings with few, named changes."""

import os
import tempfile
from pathlib import Path

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
RUN_DIR = Path(os.environ.get("PODERO_VAR_DIR") or tempfile.mkdtemp(prefix="podero-admin-test-"))
ORGANIZATIONS = RUN_DIR / "organizations.toml"
ALPENSTROM = "016b78a7-0c7c-4241-a277-015c3ad3cb90"
NORDVOLT = "5b0d2f0e-8f3b-4c53-9d4a-2f7f6a1c9e11"
_ENTRY = """[[organization]]
id = "{id}"
name = "{name}"
api_url = "http://127.0.0.1:9/api/partners/v2.0"
token_url = "http://127.0.0.1:9/oauth2/token/"
client_id = "{client}"
client_secret = "{client}-sandbox"
environment = "sandbox"
default_price_zone = "{zone}"

"""
if not ORGANIZATIONS.exists():
    ORGANIZATIONS.write_text(
        _ENTRY.format(id=ALPENSTROM, name="Alpenstrom GmbH", client="alpenstrom", zone="AT")
        + _ENTRY.format(id=NORDVOLT, name="Nordvolt AB", client="nordvolt", zone="SE_3"),
        encoding="utf-8",
    )

FIXED = {
    "SECRET_KEY": "a-key-for-tests-only-a-key-for-tests-only-a-key-for-tests",
    "PUBLIC_URL": "http://127.0.0.1",
    "ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
    "ALLOW_INSECURE_UPSTREAM": "true",
    "PODERO_ORGANIZATIONS": str(ORGANIZATIONS),
    "PODERO_VAR_DIR": str(RUN_DIR),
    "DATABASE_URL": os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{RUN_DIR}/dev.sqlite3",
    "PODERO_CONNECT_TIMEOUT": "2",
    "PODERO_READ_TIMEOUT": "1.5",
    "PODERO_DEADLINE": "2.5",
    "MIRROR_PER_SECOND": "1000",
}
os.environ.update(FIXED)

from podero_admin.settings import *  # noqa: E402

# A file, not memory, so that locking is real; one for each parallel worker.
if "sqlite3" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["TEST"] = {"NAME": str(RUN_DIR / f"test-{WORKER}.sqlite3")}
STATIC_ROOT = RUN_DIR / "staticfiles"
STATIC_ROOT.mkdir(exist_ok=True)
PAGE_PATIENCE = 1.2  # a busy machine is not a slow Podero
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
