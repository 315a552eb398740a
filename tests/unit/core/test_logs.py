"""Nothing that looks like a secret or an address leaves in a log line, and no local variable in a traceback."""

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from podero_admin.logs import logging_config


@pytest.fixture(params=["json", "console"])
def stream(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """What an installation's standard error holds of Django's lines, of the root's and of our own."""
    import structlog

    config = logging_config(request.param)["formatters"]["structured"]
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(**{name: value for name, value in config.items() if name != "()"})
    )
    loggers = [logging.getLogger(name) for name in ("", "django")]
    for logger in loggers:
        logger.addHandler(handler)
    yield stream
    for logger in loggers:
        logger.removeHandler(handler)


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer abc.hunter2-x",
        "Authorization: Basic aHVudGVyMg==hunter2",
        'answer {"access_token": "hunter2", "expires_in": 5}',
        "POST client_secret=hunter2&scope=",
        "PASSWORD=hunter2",
        "the customer hunter2@example.com",
        "GET /accounts/password/reset/key/1-hunter2/",
        "Not Found: /podero/accounts/password/reset/key/1-hunter2/more",
    ],
)
def test_it_masks(stream: io.StringIO, text: str) -> None:
    logging.getLogger("podero_admin.test_logs").warning("%s", text)
    assert "hunter2" not in stream.getvalue()
    assert "•" in json.dumps(stream.getvalue(), ensure_ascii=False) or "\\u2022" in stream.getvalue()


@pytest.mark.parametrize(
    ("path", "status"),
    [("/accounts/password/reset/key/1-hunter2/", 500), ("/accounts/password/reset/key/1-hunter2/more", 404)],
)
def test_a_password_link_that_still_works_is_in_no_line(stream: io.StringIO, path: str, status: int, db: Any) -> None:
    browser = Client(raise_request_exception=False)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_staff RENAME TO elsewhere")
    assert browser.get(path).status_code == status
    assert stream.getvalue().count("/accounts/password/reset/key/") >= 2, "Django's line and our own"
    assert "hunter2" not in stream.getvalue()


def test_a_traceback_shows_no_local_variables(stream: io.StringIO) -> None:
    try:
        kept = "2retnuh"[::-1]
        int(kept[:0])
    except ValueError:
        logging.getLogger("podero_admin.test_logs").exception("It failed")
    assert "ValueError" in stream.getvalue()
    assert "hunter2" not in stream.getvalue()


def test_a_traceback_masks_what_the_exception_says(stream: io.StringIO) -> None:
    try:
        float("Bearer hunter2token")
    except ValueError:
        logging.getLogger("podero_admin.test_logs").exception("It failed")
    assert "hunter2token" not in stream.getvalue()


def test_a_line_of_a_broken_page_holds_no_query(alice: Any, client_of: Any, caplog: pytest.LogCaptureFixture) -> None:
    browser = client_of(alice)
    browser.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE vehicles_vehicle RENAME TO elsewhere")
    assert browser.get("/vehicles/?customer=Jana+Novak").status_code == 500
    assert "/vehicles/" in caplog.text
    assert "Jana" not in caplog.text
