"""The main job from outside: choose a customer, fill in the form, press once, see the vehicle."""

import json

from tests.registering import form_page, press, registration_of


def test_it_registers_and_shows_the_vehicle(client_of, alice, jana, world):
    client = client_of(alice)
    registration = registration_of(press(client, jana.id))
    assert registration.outcome == "confirmed"
    [vehicle] = world.vehicles_of(str(jana.id))
    assert str(registration.vehicle_id) == vehicle["id"]
    assert vehicle["comment"] == f"[pa:{registration.reference[2:]}-1] White, in the garage"
    assert json.loads(registration.vehicle.output) == vehicle
    page = client.get(f"/registrations/{registration.reference}/").content.decode()
    assert 'data-outcome="confirmed"' in page


def test_the_form_shows_the_contracts_defaults(client_of, alice, jana):
    page = form_page(client_of(alice), jana.id)
    assert 'name="charge_target_min" value="50"' in page
