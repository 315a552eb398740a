"""Which organisation the lists show; how each one's connection to Podero is."""

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_POST, require_safe

from podero_admin.core.access import Permission, requires
from podero_admin.core.errors import NotFound
from podero_admin.core.http import CHOSEN_IN_SESSION, StaffRequest, back_to, render_page
from podero_admin.organizations import services

ALL = "all"


@require_POST
@requires(Permission.CUSTOMER_VIEW)
def choose(request: StaffRequest) -> HttpResponse:
    wanted = request.POST.get("organization", "")
    chosen = None if wanted == ALL else _organization_id(wanted)
    services.organization_choose(access=request.access, organization_id=chosen)
    request.session[CHOSEN_IN_SESSION] = str(chosen) if chosen else None
    return back_to(request, "desk:start")


def _organization_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("There is no such organisation among yours.") from None


@require_safe
@requires(Permission.CONNECTION_VIEW)
def connections(request: StaffRequest) -> HttpResponse:
    context = {"connections": services.connection_list(access=request.access)}
    return render_page(request, "organizations/connections.html", context)


@require_POST
@requires(Permission.CONNECTION_VIEW)
def test(request: StaffRequest, organization_id: UUID) -> HttpResponse:
    """The result is a page of its own, so that it can be read at leisure and printed for a ticket."""
    result = services.connection_test(access=request.access, organization_id=organization_id)
    connection = services.connection_get(access=request.access, organization_id=organization_id)
    return render_page(request, "organizations/tested.html", {"result": result, "connection": connection})
