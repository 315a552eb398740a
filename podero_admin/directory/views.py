"""The pages of the directory: the list of customers, its search, and the button that fetches it again."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from podero_admin.core.access import Access, Permission, requires
from podero_admin.core.counting import in_words
from podero_admin.core.errors import Invalid
from podero_admin.core.http import StaffRequest, link, redirect_to, render_page
from podero_admin.core.paging import Page
from podero_admin.core.spreadsheet import csv_of, csv_response
from podero_admin.directory.exporting import HEADINGS, customers_export
from podero_admin.directory.folding import LONGEST_QUERY
from podero_admin.directory.models import Customer
from podero_admin.directory.rows import customer_rows
from podero_admin.directory.search import refusal
from podero_admin.directory.search_index import CANDIDATES
from podero_admin.directory.selectors import as_id, customer_counts, customer_search, list_ages
from podero_admin.directory.services import customers_ensure_fresh, customers_update


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CUSTOMER_VIEW)
def customers(request: StaffRequest) -> HttpResponse:
    """A search is posted, so that no name ever stands in an address or a log; its next page is posted too."""
    access, asked = request.access, request.POST if request.method == "POST" else request.GET
    text = request.POST.get("q", "").strip()
    problem = refusal(text) if text else ""
    organization = _organization(asked.get("organization", ""), access)
    if not request.htmx:
        customers_ensure_fresh(access=access)
    after, before = asked.get("after", ""), asked.get("before", "")
    page = Page[Customer](rows=[])
    if not problem:
        page = customer_search(access=access, text=text, organization=organization, after=after, before=before)
    context = _context(access, page, text[:LONGEST_QUERY], organization) | {"problem": problem}
    status = 422 if problem else 200
    return render_page(request, "directory/list.html", context, fragment="directory/_results.html", status=status)


@require_POST
@requires(Permission.LISTS_EXPORT)
def export(request: StaffRequest) -> StreamingHttpResponse:
    """What is looked for is posted here too."""
    access, text = request.access, request.POST.get("q", "").strip()
    organization = _organization(request.POST.get("organization", ""), access)
    rows = customers_export(access=access, text=text, organization=organization)
    return csv_response("customers", csv_of(HEADINGS, rows))


def _organization(text: str, access: Access) -> UUID | None:
    found = as_id(text)
    if text and found not in access.listed_ids():
        raise Invalid("There is no such organisation among those that your lists show.")
    return found


def _context(access: Access, page: Page[Customer], text: str, organization: UUID | None) -> dict[str, Any]:
    ages, counts = list_ages(access=access), customer_counts(access=access)
    names = {age.organization_id: age.name for age in ages} if len(ages) > 1 else {}
    kept = {name: value for name, value in (("organization", organization), ("q", text)) if value}
    return {
        "text": text,
        "organization": organization or "",
        "chips": _chips(names, counts, organization),
        "page": page,
        "rows": customer_rows(page.rows, {} if organization else names),
        "shows_organization": bool(names) and not organization,
        "count": _count_in_words(page, text, counts[organization] if organization else sum(counts.values())),
        "ages": ages,
        "is_never_fetched": not any(age.fetched_at for age in ages),
        "may_refresh": access.allows(Permission.CUSTOMERS_REFRESH),
        "exported": kept if access.allows(Permission.LISTS_EXPORT) else None,
        "most": CANDIDATES,
        "is_part": bool(page.after or page.before),
    }


def _chips(
    names: Mapping[UUID, str], counts: Mapping[UUID, int], organization: UUID | None
) -> list[tuple[str, str, bool, str]]:
    """Label, address, whether it is the one shown, and how many; nothing for who sees one organisation."""
    if not names:
        return []
    own = [(name, key, counts.get(key, 0)) for key, name in names.items()]
    return [
        (name, link("directory:list", organization=key or ""), organization == key, in_words(number))
        for name, key, number in [*own, ("All", None, sum(counts.values()))]
    ]


def _count_in_words(page: Page[Customer], text: str, every: int) -> str:
    number = len(page.rows)
    what = "1 customer" if number == 1 else f"{number} customers"
    more = ", more on the next page" if page.after else ""
    return f"{what} found{more}." if text else f"{what} on this page{more}. {in_words(every)} in all."


@require_POST
@requires(Permission.CUSTOMERS_REFRESH)
def refresh(request: StaffRequest) -> HttpResponse:
    for name, result in customers_update(access=request.access):
        if result.error:
            messages.warning(
                request, f"{name}: the list could not be fetched. {result.error} What is shown is the last known list."
            )
        else:
            messages.success(request, f"{name}: the list is fresh, {result.count:,} customers.")
    return redirect_to("directory:list")
