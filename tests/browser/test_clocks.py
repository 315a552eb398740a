"""Ages on a machine whose clock is wrong."""

import re

import pytest
from playwright.sync_api import Page, expect

from podero_admin.directory.models import Customer
from podero_admin.organizations.selectors import system_access
from podero_admin.vehicles.services import customer_vehicles_fetch


@pytest.mark.parametrize("minutes", [-10, 10])
def test_an_age_goes_by_the_clock_of_the_server(desk: Page, jana, minutes):
    customer_vehicles_fetch(access=system_access(), customer=Customer.objects.get(id=jana.id))
    desk.add_init_script(f"const real = Date.now; Date.now = () => real() + {minutes * 60_000};")
    desk.goto(f"/customers/{jana.id}/")
    expect(desk.locator(".head-note time[data-ago]").first).to_have_text(re.compile(r"^\d+ seconds ago$"))
