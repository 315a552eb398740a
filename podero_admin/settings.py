"""One settings file, all from the environment; refuses to start when unsafe."""

from pathlib import Path
from urllib.parse import urljoin, urlsplit

from podero_admin import env

BASE_DIR = Path(__file__).resolve().parent.parent

try:
    E = env.read()
    ORGANIZATIONS_PATH = BASE_DIR / E.organizations_path
    configured = env.read_organizations(ORGANIZATIONS_PATH, allow_insecure=E.allow_insecure_upstream)
    env.require_secrets(configured)
except env.ConfigurationError as error:
    env.refuse_to_start(error)

VAR_DIR = E.var_dir or BASE_DIR / "var"

SECRET_KEY = E.secret_key
DEBUG = E.debug
ALLOWED_HOSTS = E.allowed_hosts
PUBLIC_URL = E.public_url
URL_PREFIX = E.url_prefix
ROOT = f"/{E.url_prefix}/" if E.url_prefix else "/"

SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # core.middleware.FrameMiddleware sends X-Frame-Options or frame-ancestors, whichever applies
    "security.W005",  # HSTS for all subdomains is the intranet's to decide, not ours
    "security.W021",  # and so is the browsers' preload list
]

INSTALLED_APPS = [
    "podero_admin.accounts",  # first, so that its createsuperuser, which leaves an event, is the one that is found
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.admin",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "django_structlog",
    "csp",
    "podero_admin.organizations",
    "podero_admin.audit",
    "podero_admin.directory",
    "podero_admin.vehicles",
    "podero_admin.registrations",
    "podero_admin.mirror",
    "podero_admin.desk",
    "podero_admin.core",
]

MIDDLEWARE = [
    "podero_admin.core.middleware.HealthMiddleware",
    "podero_admin.core.middleware.ProxyMiddleware",
    "podero_admin.core.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "podero_admin.core.middleware.FrameMiddleware",
    "podero_admin.core.middleware.CookieMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "podero_admin.core.middleware.RequestLogMiddleware",
    "podero_admin.accounts.middleware.AccessMiddleware",
    "podero_admin.accounts.middleware.SignInMiddleware",
    "podero_admin.core.middleware.ApplicationErrorMiddleware",
    "podero_admin.audit.middleware.DeniedMiddleware",
    "podero_admin.organizations.middleware.OutsideMiddleware",
]

ROOT_URLCONF = "podero_admin.urls"
WSGI_APPLICATION = "podero_admin.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "podero_admin.core.http.frame",
                "podero_admin.organizations.frame.podero_troubles",
            ],
            "builtins": ["podero_admin.core.templatetags.ui"],
        },
    },
]

# Database: SQLite takes its write lock as a transaction begins, so that nobody sees "database is locked" half-way.
DATABASES = {"default": {**E.database, "ATOMIC_REQUESTS": False}}
if E.database["ENGINE"].endswith("sqlite3"):
    name = E.database["NAME"]
    path = Path(name) if Path(name).is_absolute() else BASE_DIR / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = f"the folder {path.parent} cannot be made ({error.strerror})"
        env.refuse_to_start(f"DATABASE_URL cannot be used: {why}; set it to sqlite:///path in a folder of its own.")
    DATABASES["default"]["NAME"] = str(path)
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000;",
    }
else:
    DATABASES["default"] |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
    # Statements are prepared when they come a second time. A server that hangs is given up like one that refuses: while
    # it connects after 5 s, later after 20 s in which not even its kernel answers, so that no long statement is cut.
    # What DATABASE_URL says after its "?" wins.
    DATABASES["default"]["OPTIONS"] = {
        "server_side_binding": True,
        "prepare_threshold": 1,
        "connect_timeout": 5,
        "tcp_user_timeout": 20_000,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 2,
        **E.database.get("OPTIONS", {}),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": E.cache
    or {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "podero_cache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    },
}

# Sign-in.
AUTH_USER_MODEL = "accounts.Staff"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk:start"
ACCOUNT_ADAPTER = "podero_admin.accounts.adapters.StaffAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to whatever address a stranger types
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key", "login": "300/m/ip", "reset_password": "10/m/ip,3/m/key"}
ACCOUNT_FORMS = {
    "login": "podero_admin.accounts.forms.SignInForm",
    "reset_password": "podero_admin.accounts.forms.PasswordResetForm",
    "change_password": "podero_admin.accounts.forms.PasswordChangeForm",
    "reset_password_from_key": "podero_admin.accounts.forms.PasswordSetForm",
}
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Podero Admin] "

# Cookies and transport: secure unless the address is http:// on loopback.
SECURE = not E.is_loopback
SESSION_COOKIE_NAME = "podero_session"
CSRF_COOKIE_NAME = "podero_csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = ROOT
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_FAILURE_VIEW = "podero_admin.desk.views.csrf_failure"
CSRF_TRUSTED_ORIGINS = [env.origin(urljoin(E.public_url, "/"))]
SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

EMBED_ORIGINS = E.embed_origins
HAS_SANDBOX = any(organization.environment == "sandbox" for organization in configured)
TRUSTED_PROXIES = E.trusted_proxies
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    },
}

LANGUAGE_CODE = "en-gb"
TIME_ZONE = E.time_zone
USE_TZ = True
USE_I18N = True

STATIC_URL = f"{ROOT}static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

EMAIL_TIMEOUT = 10
if E.email:
    globals().update({key: value for key, value in E.email.items() if key.startswith("EMAIL_")})
else:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
MAIL_CONFIGURED = bool(E.email)
DEFAULT_FROM_EMAIL = f"podero-admin@{urlsplit(E.public_url).hostname}"

# Podero.
UPSTREAMS = [(entry.name, address) for entry in configured for address in (entry.api_url, entry.token_url)]
PODERO_ORGANIZATIONS = ORGANIZATIONS_PATH
ALLOW_INSECURE_UPSTREAM = E.allow_insecure_upstream
PODERO_CONNECT_TIMEOUT = E.connect_timeout
PODERO_READ_TIMEOUT = E.read_timeout
PODERO_DEADLINE = E.deadline
PODERO_CA_BUNDLE = E.ca_bundle or None
#: Seconds a page may wait in all, token included, to be there within a second.
PAGE_PATIENCE = 0.6
SETTLE_SCHEDULE = E.settle_schedule
SETTLE_WINDOW = E.settle_window
TIME_SCALE = E.time_scale
DIRECTORY_MAX_AGE = E.directory_max_age
MIRROR_MAX_AGE = E.mirror_max_age
MIRROR_AT_ONCE = E.mirror_at_once
MIRROR_PER_SECOND = E.mirror_per_second
READINGS_KEPT_DAYS = E.readings_kept_days

BROKER_URL = E.broker_url
BROKER_FOLDER = VAR_DIR / "broker"

from podero_admin.logs import logging_config  # noqa: E402 - needs the environment first

LOGGING = logging_config(E.log_format)
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
