"""Nothing that looks like a secret or an address leaves in a log line, and no local variable in a traceback."""

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from podero_admin.logs import logging_config


@pytest.fixture(params=["json", "console"])
def written(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    config = logging_config(request.param)["formatters"]["structured"]
    config = {name: value for name, value in config.items() if name != "()"}
    import structlog

    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(**config))
    logger = logging.getLogger("podero_admin.test_logs")
    logger.addHandler(handler)
    logger.propagate = False
    yield stream
    logger.removeHandler(handler)
    logger.propagate = True


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer abc.hunter2-x",
        "Authorization: Basic aHVudGVyMg==hunter2",
        'answer {"access_token": "hunter2", "expires_in": 5}',
        "POST client_secret=hunter2&scope=",
        "PASSWORD=hunter2",
        "the customer hunter2@example.com",
    ],
)
def test_it_masks(written: io.StringIO, text: str) -> None:
    logging.getLogger("podero_admin.test_logs").warning("%s", text)
    assert "hunter2" not in written.getvalue()
    assert "•" in json.dumps(written.getvalue(), ensure_ascii=False) or "\\u2022" in written.getvalue()


def test_a_traceback_shows_no_local_variables(written: io.StringIO) -> None:
    try:
        kept = "2retnuh"[::-1]
        int(kept[:0])
    except ValueError:
        logging.getLogger("podero_admin.test_logs").exception("It failed")
    assert "ValueError" in written.getvalue()
    assert "hunter2" not in written.getvalue()


def test_a_traceback_masks_what_the_exception_says(written: io.StringIO) -> None:
    try:
        float("Bearer hunter2token")
    except ValueError:
        logging.getLogger("podero_admin.test_logs").exception("It failed")
    assert "hunter2token" not in written.getvalue()


def test_a_line_of_a_broken_page_holds_no_query(alice: Any, client_of: Any, caplog: pytest.LogCaptureFixture) -> None:
    browser = client_of(alice)
    browser.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE vehicles_vehicle RENAME TO elsewhere")
    assert browser.get("/vehicles/?customer=Jana+Novak").status_code == 500
    assert "/vehicles/" in caplog.text
    assert "Jana" not in caplog.text
