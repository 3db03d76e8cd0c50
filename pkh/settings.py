"""One settings file. Each variable is read once and fails loudly when wrong; see .env.example."""

import os
import re
from datetime import timedelta

import structlog
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from pkh.environment import (
    BASE_DIR,
    WrongEnvironment,
    broker_url,
    database_settings,
    office_home,
    secret_key,
)


def flag(name: str, default: bool = False) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if value in {"", "0", "1", "true", "false", "yes", "no"}:
        return default if value == "" else value in {"1", "true", "yes"}
    raise WrongEnvironment(f"{name} must be 1 or 0, not {value!r}")


def words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def number(name: str, default: int) -> int:
    value = os.environ.get(name, "").strip()
    if value and not value.isdecimal():
        raise WrongEnvironment(f"{name} must be a whole number, not {value!r}")
    return int(value or default)


# --- the office
# `9901` and `99.01` are the same kabupaten.
PKH_OFFICE_AREA = re.sub(
    r"^(\d\d)(\d\d)$", r"\1.\2", os.environ.get("PKH_OFFICE_AREA", "18.10").strip()
)
PKH_OFFICE_NAME = os.environ.get("PKH_OFFICE_NAME", "Dinas Sosial")
PKH_DEMO_DATA = os.environ.get("PKH_DEMO_DATA", "pringsewu")
if PKH_DEMO_DATA not in {"pringsewu", "none"}:
    raise WrongEnvironment("PKH_DEMO_DATA must be pringsewu or none")
PKH_HOME = office_home()

# --- Django
SECRET_KEY = secret_key()
DEBUG = flag("DEBUG")
ALLOWED_HOSTS = words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS")
PKH_HTTPS = flag("PKH_HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PKH_HTTPS
SESSION_COOKIE_AGE = 12 * 60 * 60  # idle
PKH_SESSION_LONGEST = timedelta(days=7)
SESSION_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = PKH_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked from inside, without a certificate
SECURE_HSTS_SECONDS = 31_536_000 if PKH_HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PKH_HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

INSTALLED_APPS = [
    "pkh.apps.PkhConfig",
    "dashboard",
    "dtks",
    "graduation",
    "meetings",
    "facilitators",
    "beneficiaries",
    "documents",
    "jobs",
    "accounts",
    "areas",
    "core.apps.CoreConfig",
    "core.apps.OfficeAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "django_celery_beat",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "import_export",
    "knox",
    "pghistory",
    "pgtrigger",
    "rest_framework",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "core.middleware.CompressTextMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "core.middleware.OfficeLocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.HeldTodayMiddleware",
    # Default deny: a public page says so itself (login_not_required).
    "accounts.middleware.SignInMiddleware",
    "core.logs.RequestLogMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SessionLimitMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "axes.middleware.AxesMiddleware",
    "pkh.errors.WrongMethodMiddleware",
    "pkh.errors.UnreadableTextMiddleware",
]

ROOT_URLCONF = "pkh.urls"
WSGI_APPLICATION = "pkh.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

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
                "dashboard.context.office",
            ],
        },
    },
]

DATABASES = {"default": database_settings()}
# Nothing the product keeps may live only in the broker: cache rows stand in the database.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "core_cache",
    }
}

# --- sign-in
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "accounts.backends.RoleBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard:home"
PASSWORD_HASHERS = ["accounts.hashers.OfficeArgon2Hasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# Roles whose sign-in needs a second factor, e.g. "head,data_operator"; empty in the demo.
PKH_SECOND_FACTOR_ROLES = words("PKH_SECOND_FACTOR_ROLES")
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "accounts.adapters.OfficeAccountAdapter"
ACCOUNT_SESSION_REMEMBER = True  # the limits above hold for everybody, nobody is asked
# An office sits behind one address: everybody signs in at 08:00. The codes of a second factor
# are counted by allauth, per account; passwords by axes below.
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": "5/5m/key"}
MFA_ADAPTER = "accounts.adapters.OfficeMfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = PKH_OFFICE_NAME
AXES_FAILURE_LIMIT = 6
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "accounts.lockout.locked_out"
AXES_USERNAME_CALLABLE = "accounts.lockout.counted_username"
AXES_CLIENT_IP_CALLABLE = "accounts.lockout.client_ip"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "login"]
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False
# Proxies of our own in front of the web server, each adding one entry to X-Forwarded-For.
PKH_TRUSTED_PROXIES = number("PKH_TRUSTED_PROXIES", 0)

# Searches by full NIK or card number that one person may make in an hour.
PKH_NUMBER_SEARCHES_AN_HOUR = int(os.environ.get("PKH_NUMBER_SEARCHES_AN_HOUR", "30"))

# Full NIK and card numbers one person of a role may see in a day; roles not named see none.
PKH_REVEALS_A_DAY = {
    "facilitator": 60,
    "subdistrict_lead": 100,
    "district_coordinator": 200,
    "data_operator": 500,
    "auditor": 200,
}

# After so many days without contact a phone throws the families it carries away.
PKH_PHONE_KEEP_DAYS = number("PKH_PHONE_KEEP_DAYS", 7)

# The file of a report is deleted after so many days; that it was made stays written.
PKH_REPORT_KEEP_DAYS = number("PKH_REPORT_KEEP_DAYS", 30)

# --- REST
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.ScopedTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    # Default deny: a view names its own permission or nobody gets in.
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api.permissions.DenyAll"],
    "DEFAULT_PAGINATION_CLASS": "core.api.pagination.OfficeCursorPagination",
    "DEFAULT_FILTER_BACKENDS": ["core.api.filters.DeclaredFilterBackend"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "COERCE_DECIMAL_TO_STRING": False,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
DRF_STANDARDIZED_ERRORS = {
    "EXCEPTION_HANDLER_CLASS": "core.api.errors.OfficeExceptionHandler",
    "EXCEPTION_FORMATTER_CLASS": "core.api.errors.OfficeErrorFormatter",
}
REST_KNOX = {
    "TOKEN_MODEL": "accounts.ApiToken",
    "TOKEN_TTL": timedelta(days=90),
    "AUTH_HEADER_PREFIX": "Bearer",
}
PKH_TOKEN_MAX_DAYS = 366
KNOX_TOKEN_MODEL = "accounts.ApiToken"  # noqa: S105 - a model's name
# Tokens stand in our own table; knox's migrations would make a second, unused one.
MIGRATION_MODULES = {"knox": None}
SPECTACULAR_SETTINGS = {
    "TITLE": "PKH office API",
    "DESCRIPTION": "Register, reconciliation and decisions of a district social-services office.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "HouseholdStatusEnum": "beneficiaries.models.Household.Status",
        "MemberStatusEnum": "beneficiaries.models.Member.Status",
        "SexEnum": "beneficiaries.models.Member.Sex",
        "RelationshipEnum": "beneficiaries.models.Member.Relationship",
    },
}

# --- jobs
CELERY_BROKER_URL = broker_url()
CELERY_IMPORTS = ["pkh.health"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 6 * 60 * 60,
    "socket_timeout": 5,
    "socket_connect_timeout": 3,
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False  # the sweeper over the job rows takes care
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "fast"
CELERY_TASK_TIME_LIMIT = 5 * 60 * 60
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 8.0
CELERY_TIMEZONE = os.environ.get("PKH_TIME_ZONE", "Asia/Jakarta")  # half past six of the office
CELERY_BEAT_SCHEDULER = "pkh.celery:PatientScheduler"
# A lease is renewed while its worker lives, so it may be short: a killed worker's job goes on
# after at most one lease and one sweep.
PKH_JOB_LEASE_SECONDS = 25
PKH_JOB_RENEW_SECONDS = 5
PKH_JOB_TICK_SECONDS = 1  # how often progress is shown
PKH_JOB_SWEEP_SECONDS = 10
PKH_JOB_RETRY_SECONDS = 5  # after an unexpected error
CELERY_BEAT_SCHEDULE = {
    "jobs.sweep": {
        "task": "jobs.sweep",
        "schedule": PKH_JOB_SWEEP_SECONDS,
        "options": {"queue": "fast", "expires": 3 * PKH_JOB_SWEEP_SECONDS},
    },
    "documents.remove_orphans": {
        "task": "documents.remove_orphans",
        "schedule": crontab(minute=17),
        "options": {"queue": "fast", "expires": 50 * 60},
    },
    "dtks.drop_dead_rows": {
        "task": "dtks.drop_dead_rows",
        "schedule": crontab(minute="*/10"),
        "options": {"queue": "fast", "expires": 9 * 60},
    },
    "dtks.remove_expired_exports": {
        "task": "dtks.remove_expired_exports",
        "schedule": crontab(hour=2, minute=30),
        "options": {"queue": "export", "expires": 20 * 60 * 60},
    },
    "dashboard.remove_expired_reports": {
        "task": "dashboard.remove_expired_reports",
        "schedule": crontab(hour=2, minute=45),
        "options": {"queue": "export", "expires": 20 * 60 * 60},
    },
    "facilitators.prepare_commitments": {
        "task": "facilitators.prepare_commitments",
        "schedule": crontab(hour=1, minute=40),
        "options": {"queue": "import", "expires": 20 * 60 * 60},
    },
    "graduation.refresh_forecast": {
        "task": "graduation.refresh_forecast",
        "schedule": crontab(hour=2, minute=10),
        "options": {"queue": "import", "expires": 20 * 60 * 60},
    },
    "meetings.remind": {
        "task": "meetings.remind",
        "schedule": crontab(hour=6, minute=30),
        "options": {"queue": "export", "expires": 12 * 60 * 60},
    },
    "meetings.remind_again": {
        "task": "meetings.remind_again",
        "schedule": crontab(hour="7-17", minute=30),
        "options": {"queue": "export", "expires": 30 * 60},
    },
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# --- e-mail: reminders of meetings and follow-ups
# Without a server letters are printed where the worker writes its log, and go nowhere.
EMAIL_HOST = os.environ.get("EMAIL_HOST", "").strip()
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if EMAIL_HOST
    else "django.core.mail.backends.console.EmailBackend"
)
EMAIL_PORT = number("EMAIL_PORT", 587)
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_SSL = flag("EMAIL_USE_SSL")
EMAIL_USE_TLS = flag("EMAIL_USE_TLS", bool(EMAIL_HOST) and not EMAIL_USE_SSL)
if EMAIL_USE_SSL and EMAIL_USE_TLS:
    raise WrongEnvironment("EMAIL_USE_SSL and EMAIL_USE_TLS exclude each other")
EMAIL_TIMEOUT = number("EMAIL_TIMEOUT", 10)  # seconds
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", "pkh@localhost")

# --- language and time
LANGUAGE_CODE = "id"
LANGUAGES = [("id", _("Indonesian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["core.formats"]
TIME_ZONE = os.environ.get("PKH_TIME_ZONE", "Asia/Jakarta")
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

# --- files
STATIC_URL = "static/"
STATIC_ROOT = (
    os.environ.get("STATIC_ROOT") or None
)  # a container image collects; finders do otherwise
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = PKH_HOME / "files"  # never under a public web path
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
PKH_MAX_UPLOAD_BYTES = 60 * 1024 * 1024  # a workbook; reliability.md M16
PKH_MAX_TEXT_UPLOAD_BYTES = 1024 * 1024 * 1024  # delimited text is streamed

# Photos, letters and scans. A type that is not named is refused. Measured at these
# limits, decoding takes at most 300 MB and two seconds; an ordinary 12-megapixel photo 80 MB.
PKH_DOCUMENT_TYPES = {
    "image/jpeg": {"bytes": 15 * 1024 * 1024, "pixels": 50_000_000},
    "image/png": {"bytes": 15 * 1024 * 1024, "pixels": 25_000_000},
    "image/webp": {"bytes": 15 * 1024 * 1024, "pixels": 16_000_000},
    "application/pdf": {"bytes": 20 * 1024 * 1024},
}
# Pixels of the longer side of what is kept: a photo to look at, a paper to read.
PKH_IMAGE_LONGEST_SIDE = {"photo": 1600, "letter": 2400, "scan": 2400, "sign": 800}

# --- headers
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- logs: no personal data, ids only
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.LogfmtRenderer(key_order=["timestamp", "event"]),
            "foreign_pre_chain": [structlog.processors.TimeStamper(fmt="iso")],
        }
    },
    # Standard error only: what a command prints on standard output is its answer.
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.stdlib.add_log_level,
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=False,
)

SILENCED_SYSTEM_CHECKS: list[str] = []
