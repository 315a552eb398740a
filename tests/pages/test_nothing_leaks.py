"""Good and bad days with every logger at DEBUG: no secret, token, e-mail address or position is written anywhere."""

import io
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from django.core.cache import cache

from podero_admin.audit.models import Event
from podero_admin.logs import logging_config
from podero_admin.registrations.models import Registration
from podero_admin.sandbox.faults import Fault
from tests.registering import press, registration_of

pytestmark = pytest.mark.django_db
LATITUDE, LONGITUDE = "48.208174", "16.373819"
PLACE = {"send_place": "on", "latitude": LATITUDE, "longitude": LONGITUDE}
BAD_DAYS = ["lost_after", "401", "422", "500", "html", "cut_json", "null_id", "429", "307"]


@pytest.fixture(params=["json", "console"])
def log(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """All that any logger says at DEBUG, in the form in which it would be written."""
    config = dict(logging_config(request.param)["formatters"]["structured"])
    del config["()"]
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(**config))
    loggers = [logging.getLogger(), *map(logging.getLogger, list(logging.root.manager.loggerDict))]
    before = [(logger, logger.level, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
        logger.propagate = True
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)
    for logger, level, propagate in before:
        logger.setLevel(level)
        logger.propagate = propagate


def private(world: Any, *customers: Any) -> list[str]:
    secrets = [each.client_secret for each in world.organizations.values()]
    return [*secrets, *world._tokens, *(customer.email for customer in customers), LATITUDE, LONGITUDE]


def found(text: str, words: list[str]) -> list[str]:
    assert words
    return [word for word in words if word in text]


@pytest.mark.parametrize("fault", BAD_DAYS)
def test_a_press_leaves_nothing_private_in_logs_or_events(client_of, sara, jana, world, log, fault):
    cache.clear()
    world.faults.add(Fault(fault, match="register", times=2))
    registration_of(press(client_of(sara), jana.id, **PLACE))
    words = private(world, jana)
    events = str(list(Event.objects.values()))
    assert "urllib3" in log.getvalue()
    assert found(log.getvalue(), words) == []
    assert found(events, words) == []
    assert Registration.objects.get().sent_payload["latitude"] == float(LATITUDE)


def test_a_token_that_is_refused_leaves_nothing_private(client_of, sara, jana, world, log, settings):
    cache.clear()
    world.organizations[str(jana.organization_id)].client_secret = "rotated-elsewhere"
    response = client_of(sara).get(f"/customers/{jana.id}/register/")
    assert response.status_code == 200
    assert found(log.getvalue(), ["alpenstrom-sandbox", *private(world, jana)]) == []
    assert found(response.content.decode(), ["alpenstrom-sandbox", *private(world)]) == []


@pytest.mark.parametrize("address", ["/customers/00000000-0000-4000-8000-000000000000/", "/nowhere/", "/audit/9999/"])
def test_an_error_page_shows_nothing_private(client_of, sara, jana, world, log, address):
    page = client_of(sara).get(f"{address}?q={jana.email}")
    assert page.status_code == 404
    assert found(page.content.decode().replace(f"?q={jana.email}", ""), private(world, jana)) == []
    assert found(log.getvalue(), private(world, jana)) == []
