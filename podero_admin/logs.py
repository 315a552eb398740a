"""Structured logs: JSON for machines, a console form for people, and never a secret or a local variable."""

import re
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

_SECRET = re.compile(
    r"(?i)(bearer|basic)\s+[\w.~+/=-]+|(access_token|client_secret|password|secret)(\"?\s*[=:]\s*\"?)[^\s\"&,}]+"
)
_PASSWORD_LINK = re.compile(r"(?i)(/password/reset/key/)[^\s\"']+")  # after an error it still works
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")


def _masked(text: str) -> str:
    return _EMAIL.sub("•@•", _PASSWORD_LINK.sub(r"\1•", _SECRET.sub("•", text)))


def mask(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """The last net: nothing that looks like a secret, a password link or an e-mail address leaves in a log line."""
    return {key: _clean(value) for key, value in event.items()}


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _masked(value)
    if isinstance(value, dict):
        return {key: _clean(each) for key, each in value.items()}
    return [_clean(each) for each in value] if isinstance(value, list | tuple) else value


def logging_config(log_format: str) -> dict[str, Any]:
    """Django's LOGGING with structlog as the formatter; also configures structlog itself."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if log_format == "json":
        tail: list[Any] = [
            structlog.processors.ExceptionRenderer(
                structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=20),
            ),
            mask,
            structlog.processors.JSONRenderer(),
        ]
    else:
        tail = [
            structlog.processors.format_exc_info,
            mask,
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *tail],
            },
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "django": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
            "django.server": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
            "django_structlog": {"level": "WARNING"},
            "podero_admin": {"level": "INFO"},
            "celery": {"level": "WARNING"},
            "requests_oauthlib": {"level": "WARNING"},
            "oauthlib": {"level": "WARNING"},
            "urllib3": {"level": "WARNING"},
        },
    }
