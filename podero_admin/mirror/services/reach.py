"""Whether there is any use in asking an organisation's Podero now; told by what everybody's calls have met."""

from collections.abc import Iterable
from uuid import UUID

from podero_admin import gateway
from podero_admin.podero.errors import Interrupted, TimedOut, Unreachable


def organizations_away(organization_ids: Iterable[UUID]) -> set[UUID]:
    return {found for found, trouble in gateway.troubles(organization_ids).items() if trouble == "away"}


def is_away(organization_id: UUID, cause: BaseException | None) -> bool:
    """Nothing was reached at all, or this was one failure too many."""
    if isinstance(cause, Unreachable) and not isinstance(cause, TimedOut | Interrupted):
        return True
    return bool(organizations_away([organization_id]))
