"""How much waits in the queue of the background work, whatever the broker; a broker that is away holds no page up."""

import logging

from django.conf import settings
from kombu.connection import Connection
from kombu.exceptions import ChannelError, KombuError

from podero_admin import folder_broker

logger = logging.getLogger(__name__)
QUEUE = "podero_admin"
SECONDS = 1.0


def queue_length() -> int | None:
    """None where the broker does not answer; a queue that nobody has declared yet is empty."""
    try:
        with _connection() as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=SECONDS)
            return int(connection.default_channel.queue_declare(QUEUE, passive=True).message_count)
    except ChannelError:
        return 0
    except (KombuError, OSError) as error:
        logger.warning("The broker could not be asked for its queue: %s", type(error).__name__)
        return None


def _connection() -> Connection:
    if settings.BROKER_URL:
        limits = {"socket_connect_timeout": SECONDS, "socket_timeout": SECONDS}
        return Connection(settings.BROKER_URL, connect_timeout=SECONDS, transport_options=limits)  # type: ignore[no-untyped-call] # kombu has few types
    folder = {"folder": settings.BROKER_FOLDER}
    return Connection(f"{folder_broker.SCHEME}://localhost//", transport_options=folder)  # type: ignore[no-untyped-call]
