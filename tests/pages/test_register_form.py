"""The registration form: every field of the contract, and bad input told at its field with nothing lost."""

import html
import json
import random
import re

import pytest

from podero_admin.audit.models import AccessRecord
from podero_admin.fields import DEVICE_MODEL_INPUTS, INPUT_GROUPS, INPUTS
from podero_admin.podero import ElectricVehicleInput
from podero_admin.podero.contract import INPUT_DEFAULTS
from podero_admin.registrations.forms import RegistrationForm
from podero_admin.registrations.models import Registration
from tests.registering import FILLED, form_page, posts, press, registration_of, submission_key

OPEN = [
    *(name for name, field in INPUTS.items() if field.tier == "open" and name != "device_model"),
    *DEVICE_MODEL_INPUTS,
]
RARE = [name for name, field in INPUTS.items() if field.tier == "senior"]
NUMBERS = [
    "charge_target_min", "minimum_charge_limit", "expected_max_charge_power", "hems_min_export_to_start_w",
    "hems_max_import_before_stopping_w", "hems_min_production_to_start_w", "hems_min_production_before_stopping_w",
    "minimum_solar_coverage", "device_model_year",
]  # fmt: skip
NO_NUMBERS = [
    "abc",
    "-1",
    "1e400",
    "9" * 5000,
    "inf",
    "nan",
    "a\0b",
    "🚗",
    "<script>alert(1)</script>",
    "1000001",
    "--",
    "0x10",
    "½",
]
BAD = [
    *((name, "abc") for name in NUMBERS),
    *((name, value) for name in ("charge_target_min", "minimum_solar_coverage") for value in NO_NUMBERS),
    ("charge_target_min", "50.5"),
    ("charge_target_min", "101"),
    ("minimum_solar_coverage", "1.01"),
    ("expected_max_charge_power", "350001"),
    ("expected_max_charge_power", ""),
    ("hems_min_export_to_start_w", ""),
    ("minimum_solar_coverage", ""),
    ("device_model_year", "1899"),
    ("device_model_year", "2101"),
    ("device_model_cloud_service_id", "not-a-uuid"),
    ("device_model_manufacturer", ""),
    ("device_model_model", ""),
    ("device_model_model", "x" * 256),
    ("device_model_model", "a\0b"),
    ("comment", "x" * 276),
    ("comment", "x" * 1_000_000),
    ("comment", "a\0b"),
    ("comment", "pasted [pa:ABCDEFGHJK-1] note"),
    ("comment", "pasted &#91;PA:ABCDEFGHJK-1] note"),
    ("price_zone", ""),
    ("price_zone", "DE"),
    ("price_zone", "<script>"),
    ("is_smart_optimization_active", ""),
    ("is_smart_optimization_active", "maybe"),
    ("charge_deadline_at", "25:00"),
    ("charge_deadline_at", "soon"),
    ("pause_power_until", "yesterday"),
    ("pause_power_until", "2026-02-30T10:00"),
    ("pause_power_until", "0001-01-01T00:00"),
    ("pause_power_until", "99999-01-01T00:00"),
]


def field_html(page, name):
    found = re.search(rf'<(?:input|select|textarea)[^>]*\bname="{name}"[^>]*>', page)
    assert found, name
    return found[0]


def attribute(tag, name):
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return html.unescape(found[1]) if found else None


def test_an_agent_sees_every_open_field_by_its_name_in_the_contract(client_of, alice, jana):
    page = form_page(client_of(alice), jana.id)
    for name in OPEN:
        field_html(page, name)
    assert not [name for name in RARE if f'name="{name}"' in page]
    assert "send_place" not in page


def test_a_senior_sees_all_32_fields_and_both_ticks(client_of, sara, jana):
    page = form_page(client_of(sara), jana.id)
    for name in [*OPEN, *RARE, "send_place", "send_system"]:
        field_html(page, name)
    assert len(INPUTS) == 32


@pytest.mark.parametrize("name", sorted(INPUT_DEFAULTS))
def test_the_defaults_are_the_contracts(client_of, sara, jana, name):
    page = form_page(client_of(sara), jana.id)
    default, tag = INPUT_DEFAULTS[name], field_html(page, name)
    if name in RARE:
        assert "checked" not in tag
        assert not attribute(tag, "value")
    elif name in {"price_zone", "is_smart_optimization_active"}:
        assert "select" in tag
    elif isinstance(default, bool):
        assert ("checked" in tag) == default
    else:
        assert attribute(tag, "value") == str(default)


def test_the_bounds_are_the_contracts(client_of, sara, jana):
    page = html.unescape(form_page(client_of(sara), jana.id))
    for name, field in (INPUTS | DEVICE_MODEL_INPUTS).items():
        if field.kind in {"integer", "number"}:
            bounds = "" if field.minimum is None else f" From {field.minimum:,} to {field.maximum:,}."
            bounds = " From 1900 to 2100." if field.unit == "year" else bounds
            assert f"{field.help}{bounds}</div>" in page, name


def test_what_is_no_number_arrives_as_it_was_typed(client_of, sara, jana):
    """A browser empties an input for numbers that holds something else, and an empty floor is no floor."""
    page = form_page(client_of(sara), jana.id)
    for name, field in (INPUTS | DEVICE_MODEL_INPUTS).items():
        if field.kind in {"integer", "number"}:
            assert attribute(field_html(page, name), "type") == "text", name


def test_every_field_has_a_label_and_a_sentence_of_help(client_of, sara, jana):
    page = html.unescape(form_page(client_of(sara), jana.id))
    for name, field in (INPUTS | DEVICE_MODEL_INPUTS).items():
        if name != "device_model":
            assert f'for="id_{name}"' in page, name
            assert field.help in page, name


def test_a_switch_stands_before_what_it_governs_and_the_groups_stay_as_they_are(client_of, sara, jana):
    page = form_page(client_of(sara), jana.id)
    place = {name: page.index(f'id="id_{name}"') for name in [*OPEN, *RARE]}
    for name, field in INPUTS.items():
        assert not field.depends_on or place[field.depends_on] < place[name], name
    panels = [page.index(f'id="group-{group.name}"') for group in INPUT_GROUPS]
    assert panels == sorted(panels)
    for group, start, end in zip(INPUT_GROUPS, panels, [*panels[1:], len(page)], strict=True):
        assert all(start < place[name] < end for name in group.fields if name != "device_model"), group.name


def test_the_organisations_price_zone_is_preselected_and_smart_charging_is_not(client_of, alice, jana):
    page = form_page(client_of(alice), jana.id)
    assert re.search(r'<option value="AT" selected', page)
    assert re.search(r'<option value="" selected', page)


def test_without_a_default_price_zone_the_agent_must_choose(client_of, alice, jana, organization_a):
    organization_a.default_price_zone = ""
    organization_a.save()
    client = client_of(alice)
    assert len(re.findall(r'<option value="" selected', form_page(client, jana.id))) == 2


def in_words(client, jana, **values):
    response = client.post(f"/customers/{jana.id}/register/preview/", FILLED | values)
    said = re.search(r'<p class="said">(.*?)</p>', response.content.decode(), re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "", said[1]))


def test_what_is_still_to_be_chosen_is_said_among_the_words(client_of, alice, jana):
    client = client_of(alice)
    said = in_words(client, jana, price_zone="", is_smart_optimization_active="")
    assert said.startswith("Price zone: still to be chosen. Smart charging: still to be chosen. Keep at least 30 %.")
    assert "still to be chosen" not in in_words(client, jana)


def test_how_long_it_takes_is_not_told_of_a_target_that_is_off(client_of, alice, jana):
    """The contract's default: a fresh form has its target off."""
    assert "takes about" not in form_page(client_of(alice), jana.id)


def bad_press(client, jana, **values):
    response = press(client, jana.id, **values)
    assert response.status_code == 422
    return html.unescape(response.content.decode()), response.content.decode()


@pytest.mark.parametrize(("name", "value"), BAD, ids=lambda value: value[:20].encode("unicode_escape").decode())
def test_bad_input_is_told_at_its_field_and_in_the_linked_summary(client_of, alice, jana, world, name, value):
    plain, raw = bad_press(client_of(alice), jana, **{name: value})
    assert f'href="#id_{name}"' in raw
    assert raw.count(f'id="id_{name}"') == 1
    assert "is-invalid" in field_html(raw, name)
    assert not Registration.objects.exists()
    assert posts(world) == []
    assert "<script>alert" not in raw
    if name not in {"price_zone", "is_smart_optimization_active"}:
        assert value in plain


TOLD = [
    ("device_model_year", "1899", "Model year: Enter a year from 1900 to 2100."),
    ("device_model_year", "abc", "Model year: Enter a year from 1900 to 2100."),
    ("charge_target_min", "101", "Floor: Enter a whole number from 0 to 100 %."),
    ("charge_target_min", "50.5", "Floor: Enter a whole number from 0 to 100 %."),
    ("expected_max_charge_power", "", "Charging power: Enter a whole number from 0 to 350,000 W."),
    ("expected_max_charge_power", "350001", "Charging power: Enter a whole number from 0 to 350,000 W."),
    ("minimum_solar_coverage", "", "Solar share of charging: Enter a number from 0 to 1."),
    ("charge_deadline_at", "25:00", "Deadline: Enter a time of day, such as 06:30."),
    ("pause_power_until", "yesterday", "Pause until: Enter a date and a time, such as 2026-12-01 10:00."),
    ("pause_power_until", "0001-01-01T00:00", "Pause until: Enter a date and a time, such as 2026-12-01 10:00."),
    ("pause_power_until", "2027-03-28T02:30", "Pause until: The clocks are changed then"),
    ("device_model_model", "x" * 256, "Model: At most 255 characters fit; these are 256."),
    ("device_model_model", "a\0b", "Model: One of its characters cannot be sent"),
    ("price_zone", "DE", "Price zone: Choose one of those in the list."),
    ("price_zone", "", "Price zone: Please choose: this is never left to a default."),
    ("latitude", "91", "Latitude: Enter a number from -90 to 90 °."),
    ("optimization_score", "abc", "Optimisation score: Enter a number."),
]


@pytest.mark.parametrize(("name", "value", "words"), TOLD, ids=[f"{name} {value[:16]!a}" for name, value, _ in TOLD])
def test_what_is_wrong_is_told_in_the_summary_and_at_the_field_in_the_same_words(
    client_of, sara, jana, name, value, words
):
    plain, _ = bad_press(client_of(sara), jana, **{name: value}, send_place="on", send_system="on")
    summary = re.sub(r"</?a\b[^>]*>", "", plain[plain.index('id="problems"') :]).split("</ul>")[0]
    assert f"<li>{words}" in summary
    at_field = re.search(rf'id="error_\d+_id_{name}"[^>]*><strong>([^<]*)', plain)
    assert at_field
    assert at_field[1].startswith(words.partition(": ")[2])


DJANGOS = re.compile("Ensure|This field|valid|couldn.t|Null char|Select a")


@pytest.mark.parametrize("value", ["", "abc", "-1e9", "1" * 400, "a\0b", "\ud800", "0001-01-01T00:00", "x" * 3000])
def test_no_field_tells_a_mistake_in_djangos_words(db, value):
    names = [*OPEN, *RARE]
    form = RegistrationForm(dict.fromkeys(names, value) | {"send_place": "on", "send_system": "on"}, may_send_rare=True)
    assert not form.is_valid()
    told = [f"{name}: {text}" for name, texts in form.errors.items() for text in texts]
    assert told
    assert not [text for text in told if DJANGOS.search(text)]


def test_every_field_that_must_be_filled_in_is_marked_and_the_mark_is_explained_once(client_of, sara, jana):
    page = form_page(client_of(sara), jana.id)
    assert page.count("must be filled in.") == 1
    form = RegistrationForm(may_send_rare=True)
    for name, field in form.fields.items():
        label = re.search(rf'<label[^>]*for="id_{name}"[^>]*>(.*?)</label>', page, re.DOTALL)[1]
        assert ("asteriskField" in label) == field.required, name
    assert {"expected_max_charge_power", "minimum_solar_coverage", "price_zone"} <= {
        name for name, field in form.fields.items() if field.required
    }


def test_nothing_that_was_typed_is_lost(client_of, alice, jana):
    typed = FILLED | {
        "charge_target_min": "abc",
        "comment": "“Grün” & <b>schnell</b> 🚗",
        "is_pause_power_active": "on",
    }
    _, raw = bad_press(client_of(alice), jana, **typed)
    for name in (
        "device_model_manufacturer",
        "minimum_charge_limit",
        "charge_deadline_at",
        "hems_min_export_to_start_w",
    ):
        assert attribute(field_html(raw, name), "value") == typed[name]
    assert html.escape(typed["comment"]) in raw or "&lt;b&gt;schnell&lt;/b&gt;" in raw
    assert "<b>schnell" not in raw
    assert "checked" in field_html(raw, "is_pause_power_active")
    assert "checked" not in field_html(raw, "is_over_charge_allowed")
    assert re.search(r'<option value="true" selected', raw)


def test_the_corrected_form_goes_out_with_the_same_key(client_of, alice, jana, world):
    client = client_of(alice)
    key = submission_key(form_page(client, jana.id))
    response = press(client, jana.id, key=key, charge_target_min="abc")
    assert submission_key(response.content.decode()) == key
    assert registration_of(press(client, jana.id, key=key)).outcome == "confirmed"
    assert len(posts(world)) == 1


@pytest.mark.parametrize("path", ["register/", "register/preview/"])
def test_an_empty_post_is_told_in_words(client_of, alice, jana, path):
    response = client_of(alice).post(f"/customers/{jana.id}/{path}", {})
    assert response.status_code in {200, 422}
    assert not Registration.objects.exists()


def test_a_cleared_field_that_may_be_null_is_sent_as_null(client_of, alice, jana, world):
    registration_of(press(client_of(alice), jana.id, charge_target_min="", charge_deadline_at=""))
    sent = json.loads(posts(world)[0].body)
    assert sent["charge_target_min"] is None
    assert sent["charge_deadline_at"] is None


def test_an_empty_model_and_an_unset_pause_are_left_out(client_of, alice, jana, world):
    empty = dict.fromkeys(DEVICE_MODEL_INPUTS, "")
    registration_of(press(client_of(alice), jana.id, comment="", **empty))
    sent = json.loads(posts(world)[0].body)
    assert {"device_model", "pause_power_until"} & set(sent) == set()
    assert re.fullmatch(r"\[pa:\w{10}-1\] ", sent["comment"])


def test_every_open_field_goes_out_as_shown_and_nothing_else(client_of, alice, jana, world):
    registration_of(press(client_of(alice), jana.id))
    sent = json.loads(posts(world)[0].body)
    wanted = {name for name, field in INPUTS.items() if field.tier == "open"} - {"pause_power_until"}
    assert set(sent) == wanted


@pytest.mark.parametrize("tick", ["send_place", "send_system"])
def test_an_agent_who_forges_a_tick_is_refused_and_that_is_an_event(client_of, alice, jana, world, tick):
    from podero_admin.audit.models import Event

    response = press(client_of(alice), jana.id, **{tick: "on", "latitude": "48"})
    assert response.status_code == 403
    assert Event.objects.filter(action="access.denied", actor_id=alice.id).count() == 1
    assert posts(world) == []


def test_an_agent_who_forges_a_rare_field_without_a_tick_sends_nothing_of_it(client_of, alice, jana, world):
    registration_of(press(client_of(alice), jana.id, latitude="48", lifecycle_state="error"))
    assert not {"latitude", "lifecycle_state"} & set(json.loads(posts(world)[0].body))


def test_a_senior_with_a_tick_sends_only_what_is_filled_in(client_of, sara, jana, world):
    values = {"latitude": "48.2082", "longitude": "", "lifecycle_state": "error", "send_place": "on"}
    registration_of(press(client_of(sara), jana.id, **values))
    sent = json.loads(posts(world)[0].body)
    assert sent["latitude"] == 48.2082
    assert not {"longitude", "geo_fence_distance_m", "lifecycle_state"} & set(sent)


def test_a_senior_without_a_tick_sends_nothing_of_it_even_when_it_is_wrong(client_of, sara, jana, world):
    registration_of(press(client_of(sara), jana.id, latitude="far away", deleted_at="never"))
    assert not {"latitude", "deleted_at"} & set(json.loads(posts(world)[0].body))


def test_a_ticked_group_is_held_to_its_bounds(client_of, sara, jana, world):
    _, raw = bad_press(
        client_of(sara), jana, latitude="91", send_place="on", battery_at_plug_in="101", send_system="on"
    )
    for name in ("latitude", "battery_at_plug_in"):
        assert f'href="#id_{name}"' in raw
    assert posts(world) == []


def test_several_moments_beyond_every_calendar_are_told_and_nothing_breaks(client_of, sara, jana):
    odd = dict.fromkeys(
        ("pause_power_until", "boost_active_at", "deleted_at", "coordinates_last_updated_at"), "0001-01-01T00:00"
    )
    _, raw = bad_press(client_of(sara), jana, send_place="on", send_system="on", **odd)
    assert 'href="#id_pause_power_until"' in raw


TEXTS = ["", "0", "1", "-1", "50", "on", "true", "AT", "06:30", "2026-12-01T10:00", "0001-01-01T00:00", "9999-12-31T23:59:59",
         "a\0b", "🚗", "<script>", "inf", "1e308", "9" * 400, "[pa:", "Ω", "\u202e", " ", "x" * 300, "Tesla", "\ud800", "null", "[]"]  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_typed_the_form_answers_and_the_client_accepts_what_it_lets_through(db, seed):
    chance = random.Random(seed)
    names = [*OPEN, *RARE, "send_place", "send_system"]
    from podero_admin.registrations import presenting

    for _ in range(60):
        good = dict(FILLED) if chance.random() < 0.7 else {}
        data = good | {name: chance.choice(TEXTS) for name in chance.sample(names, chance.randint(1, 8))}
        form = RegistrationForm(data, may_send_rare=True)
        form.is_valid()
        shown = presenting.preview(form, reference="R-2222222222", is_tagged=True, customer_id="x")
        assert shown["json"]
        if form.is_valid():
            ElectricVehicleInput.model_validate(form.payload())
            assert json.loads(shown["json"])["price_zone"] == form.payload()["price_zone"]


def test_to_open_the_form_is_a_look_at_the_customer(alice, jana, client_of):
    form_page(client_of(alice), jana.id)
    look = AccessRecord.objects.get(customer_id=jana.id)
    assert (look.actor_id, look.label, look.page) == (alice.id, jana.name, "registration form")


def test_the_ends_of_lines_of_a_note_count_once(client_of, alice, jana, world):
    note = "a" * 137 + "\r\n" + "b" * 137
    registration_of(press(client_of(alice), jana.id, comment=note))
    assert json.loads(posts(world)[0].body)["comment"].endswith("a\nb" + "b" * 136)


def test_every_text_says_how_long_it_may_be_and_every_moment_of_which_place_it_is(client_of, sara, jana):
    page = form_page(client_of(sara), jana.id)
    assert [f"At most {number} characters." in page for number in ("275", "255", "20", "2,000")] == [True] * 4
    assert page.count("In the time of Europe/Vienna.") >= 4
    assert 'placeholder="False"' not in page
