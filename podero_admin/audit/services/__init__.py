"""What may be done with the log: add to it, check it, take a copy of it."""

from podero_admin.audit.services.export import COLUMNS as EVENT_COLUMNS
from podero_admin.audit.services.export import events_export
from podero_admin.audit.services.record import Subject, looked_at, record
from podero_admin.audit.services.verify import Verification, verify_chain, verify_now

__all__ = [
    "EVENT_COLUMNS",
    "Subject",
    "Verification",
    "events_export",
    "looked_at",
    "record",
    "verify_chain",
    "verify_now",
]
