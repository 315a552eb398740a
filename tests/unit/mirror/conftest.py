"""The mirror at the level of its services, against the sandbox."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from podero_admin.core.access import Access
from podero_admin.directory.models import Customer
from podero_admin.directory.services import customers_refresh
from podero_admin.organizations.selectors import system_access


@pytest.fixture(autouse=True)
def _no_leftovers(db: None) -> None:
    cache.clear()


@pytest.fixture
def access(organizations: Any) -> Access:
    return system_access()


@pytest.fixture
def listed(access: Access, organization_a: Any) -> Any:
    """Organisation A, whose customers are listed and not asked about yet."""
    customers_refresh(access=access, organization_id=organization_a.id)
    return organization_a


@pytest.fixture
def run(access: Access, listed: Any) -> Callable[..., Any]:
    """One run of a lane."""
    from podero_admin.mirror.services import lane_run

    return lambda **options: lane_run(access=access, organization_id=listed.id, **options)


@pytest.fixture
def only() -> Callable[..., Customer]:
    """Leave only this many customers due."""

    def leave(organization: Any, number: int = 1) -> list[Customer]:
        own = Customer.objects.filter(organization=organization)
        kept = list(own.order_by("id")[:number])
        own.exclude(id__in=[each.id for each in kept]).update(look_due_at=timezone.now() + timedelta(days=1))
        return kept

    return leave


@pytest.fixture
def asked(world: Any) -> Callable[[], list[str]]:
    """Whose vehicles Podero was asked for, in order."""
    return lambda: [
        entry.path.partition("/users/")[2].partition("/")[0]
        for entry in list(world.requests)
        if entry.endpoint == "vehicles"
    ]
