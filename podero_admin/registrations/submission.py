"""The submission key of a form: who may press it for whom, once, and which vehicles there were when it opened."""

import hashlib
import json
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core import signing

from podero_admin.core.access import Access
from podero_admin.directory.models import Customer
from podero_admin.registrations.payload import new_reference

LIFETIME_SECONDS = 3600
SALT = "podero_admin.registrations.submission"
PARTS = 7
NOT_COMPARED = frozenset({"csrfmiddlewaretoken", "submission_key", "confirm_duplicate", "embed"})


@dataclass(frozen=True)
class Submission:
    """A key that we signed for this person and this customer."""

    key: str
    reference: str
    baseline: tuple[str, ...] | None
    is_expired: bool


def issue(*, access: Access, customer: Customer, baseline: Iterable[str] | None) -> str:
    """Sign a fresh key; it carries the reference to be, so that the preview is exact, and the vehicles of now."""
    known = sorted(baseline) if baseline is not None else None
    content = [
        uuid.uuid4().hex,
        new_reference(),
        access.staff_id,
        str(customer.organization_id),
        str(customer.id),
        int(time.time()),
        known,
    ]
    return signing.dumps(content, salt=SALT, compress=True)


def _opened(signed: str) -> list[Any] | None:
    """What `issue` put into a key; None when it is damaged."""
    try:
        content = signing.loads(signed, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return content if isinstance(content, list) and len(content) == PARTS else None


def read(signed: str, *, access: Access, customer: Customer) -> Submission | None:
    """The submission of a key; None when it is damaged, or was given to somebody else or for somebody else."""
    content = _opened(signed)
    if content is None:
        return None
    key, reference, staff_id, organization_id, customer_id, issued_at, baseline = content
    if (staff_id, organization_id, customer_id) != (access.staff_id, str(customer.organization_id), str(customer.id)):
        return None
    return Submission(
        key, reference, None if baseline is None else tuple(baseline), time.time() > issued_at + LIFETIME_SECONDS
    )


def digest(typed: Mapping[str, Any]) -> str:
    """The same for the same data, however often it is sent."""
    compared = {
        name: str(value).replace("\r\n", "\n").strip() for name, value in typed.items() if name not in NOT_COMPARED
    }
    return hashlib.sha256(json.dumps(compared, sort_keys=True).encode()).hexdigest()


def is_ours(signed: str, *, staff_id: int | None) -> bool:
    """Whether we signed this key, and for this person if one is signed in: what decides if a lost press is kept."""
    content = _opened(signed)
    return content is not None and staff_id in {None, content[2]}
