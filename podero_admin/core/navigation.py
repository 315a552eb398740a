"""The entries of the bar on top, as far as a person's role reaches."""

from typing import NamedTuple

from podero_admin.core.access import Access, Permission


class Entry(NamedTuple):
    page: str
    label: str
    is_current: bool


#: URL name, label, who sees it, and the pages (namespaces, or single names) that belong to it.
ENTRIES = (
    ("directory:list", "Customers", Permission.CUSTOMER_VIEW, {"directory", "registering", "desk:customer"}),
    ("vehicles:list", "Vehicles", Permission.VEHICLE_VIEW, {"vehicles"}),
    ("registrations:list", "Registrations", Permission.CUSTOMER_VIEW, {"registrations"}),
    ("audit:list", "Audit log", Permission.CUSTOMER_VIEW, {"audit"}),
    ("desk:status", "Status", Permission.CUSTOMER_VIEW, {"desk:status"}),
    ("organizations:connections", "Connections", Permission.CONNECTION_VIEW, {"organizations"}),
)


def entries(access: Access, here: str) -> list[Entry]:
    """`here` is the URL name of the page that is shown, such as `vehicles:detail`."""
    places = {here, here.partition(":")[0]}
    return [
        Entry(page, label, bool(places & belongs)) for page, label, right, belongs in ENTRIES if access.allows(right)
    ]
