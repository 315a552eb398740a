"""The pages of the directory: the list of customers, its search, and the button that fetches it again."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from podero_admin.core.access import Access, Permission, requires
from podero_admin.core.http import StaffRequest, redirect_to, render_page
from podero_admin.core.paging import Page
from podero_admin.directory.models import Customer
from podero_admin.directory.rows import customer_rows
from podero_admin.directory.search_index import CANDIDATES
from podero_admin.directory.selectors import customer_search, list_ages
from podero_admin.directory.services import customers_ensure_fresh, customers_update


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.CUSTOMER_VIEW)
def customers(request: StaffRequest) -> HttpResponse:
    """A search is posted, so that no name ever stands in an address or a log; its next page is posted too."""
    asked = request.POST if request.method == "POST" else request.GET
    text = request.POST.get("q", "")
    if not request.htmx:
        customers_ensure_fresh(access=request.access)
    page = customer_search(
        access=request.access, text=text, after=asked.get("after", ""), before=asked.get("before", "")
    )
    context = _context(request.access, page, text)
    return render_page(request, "directory/list.html", context, fragment="directory/_results.html")


def _context(access: Access, page: Page[Customer], text: str) -> dict[str, Any]:
    ages = list_ages(access=access)
    names = {age.organization_id: age.name for age in ages} if len(ages) > 1 else {}
    return {
        "text": text,
        "page": page,
        "rows": customer_rows(page.rows, names),
        "shows_organization": bool(names),
        "count": _count_in_words(page, text),
        "ages": ages,
        "is_never_fetched": not any(age.fetched_at for age in ages),
        "may_refresh": access.allows(Permission.CUSTOMERS_REFRESH),
        "most": CANDIDATES,
        "is_part": bool(page.after or page.before),
    }


def _count_in_words(page: Page[Customer], text: str) -> str:
    number = len(page.rows)
    what = "1 customer" if number == 1 else f"{number} customers"
    more = ", more on the next page" if page.after else ""
    return f"{what} found{more}." if text.strip() else f"{what} on this page{more}."


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
