"""Where settings meet the API client: tokens for all, secrets rotated at run time, and Podero known to be away."""

import os
import time
from pathlib import Path
from uuid import UUID

import pytest
from django.core.cache import cache

from podero_admin import gateway
from podero_admin.gateway import tokens
from podero_admin.podero import PoderoClient
from podero_admin.podero.errors import AuthenticationFailed, KnownAway, NotConfigured, ServerError, Unreachable
from podero_admin.sandbox.faults import Fault
from tests.registering import at_once

NOBODY = UUID(int=0)
SECRET = 'client_secret = "alpenstrom-sandbox"'


@pytest.fixture(autouse=True)
def _fresh_tokens(organization_a):
    cache.clear()


def tokens_asked(world):
    return len([request for request in world.requests if request.endpoint == "token"])


def users(organization):
    return gateway.podero_client(organization.id).list_users().value


def edit(path, old, new):
    text = Path(path).read_text(encoding="utf-8")
    assert old in text
    Path(path).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_one_token_serves_many_calls(organization_a, world):
    for _ in range(5):
        users(organization_a)
    assert tokens_asked(world) == 1


def test_the_token_lies_encrypted_in_the_shared_cache(organization_a, world):
    users(organization_a)
    [token] = world._tokens
    assert token not in str(cache.get(f"podero:token:{organization_a.id}"))
    assert gateway.CachedTokenStore().get(str(organization_a.id)).access_token == token


def test_a_token_sealed_with_another_key_is_fetched_anew(organization_a, world, settings):
    users(organization_a)
    settings.SECRET_KEY = "another-key-another-key-another-key-another-key"
    users(organization_a)
    assert tokens_asked(world) == 2


@pytest.mark.parametrize(("minutes", "revoked"), [(-10, True), (10, False)])
def test_a_clock_that_jumps_ten_minutes_costs_one_token_more(organization_a, world, time_machine, minutes, revoked):
    """Put back, it makes a token look fresh that Podero has ended; put forward, it makes one look old that still serves."""
    world.settings.token_lifetime = 600
    users(organization_a)
    time_machine.move_to(time.time() + minutes * 60)
    if revoked:
        world.revoke_tokens()
    assert users(organization_a)
    assert users(organization_a)
    assert tokens_asked(world) == 2


@pytest.mark.parametrize("rubbish", ["", "rubbish", "gAAAAA=="])
def test_rubbish_in_the_cache_is_no_token(organization_a, world, rubbish):
    cache.set(f"podero:token:{organization_a.id}", rubbish)
    assert users(organization_a)
    assert tokens_asked(world) == 1


def test_fifty_threads_make_one_token_request(transactional_db, organization_a, world):
    cache.clear()
    world.faults.add(Fault("slow", match="token", delay=0.3))
    results = at_once(*[lambda: gateway.ready_to_send(organization_a.id, user_id=NOBODY)] * 50, wait=60)
    assert {type(result) for result in results} == {PoderoClient}
    assert tokens_asked(world) == 1


def test_a_secret_rotated_in_the_organisations_file_is_used_without_a_restart(
    organization_a, world, write_organizations
):
    users(organization_a)
    world.organizations[str(organization_a.id)].client_secret = "rotated"
    world.revoke_tokens()
    with pytest.raises(AuthenticationFailed):
        users(organization_a)
    edit(write_organizations(), SECRET, 'client_secret = "rotated"')
    assert users(organization_a)


def test_a_secret_rotated_in_its_own_file_is_used_at_the_next_token(
    organization_a, world, write_organizations, tmp_path
):
    secret = tmp_path / "secret"
    secret.write_text("alpenstrom-sandbox\n")
    edit(write_organizations(), SECRET, f'client_secret = {{ file = "{secret}" }}')
    users(organization_a)
    world.organizations[str(organization_a.id)].client_secret = "rotated"
    world.revoke_tokens()
    secret.write_text("rotated\n")
    assert users(organization_a)


def test_an_id_that_changes_with_its_secret_in_their_files_is_used_at_the_next_token(
    organization_a, world, write_organizations, tmp_path
):
    name, secret = tmp_path / "id", tmp_path / "secret"
    name.write_text("alpenstrom\n")
    secret.write_text("alpenstrom-sandbox\n")
    path = write_organizations()
    edit(path, 'client_id = "alpenstrom"', f'client_id = {{ file = "{name}" }}')
    edit(path, SECRET, f'client_secret = {{ file = "{secret}" }}')
    users(organization_a)
    ours = world.organizations[str(organization_a.id)]
    ours.client_id, ours.client_secret = "alpenstrom-2", "rotated"
    world.revoke_tokens()
    name.write_text("alpenstrom-2\n")
    secret.write_text("rotated\n")
    assert users(organization_a)
    name.unlink()
    world.revoke_tokens()
    with pytest.raises(NotConfigured, match="client id"):
        users(organization_a)


def test_a_secret_rotated_in_the_environment_is_used_at_the_next_token(
    organization_a, world, write_organizations, monkeypatch
):
    monkeypatch.setitem(os.environ, "ALPENSTROM_SECRET", "alpenstrom-sandbox")
    edit(write_organizations(), SECRET, 'client_secret = { env = "ALPENSTROM_SECRET" }')
    users(organization_a)
    world.organizations[str(organization_a.id)].client_secret = "rotated"
    world.revoke_tokens()
    monkeypatch.setitem(os.environ, "ALPENSTROM_SECRET", "rotated")
    assert users(organization_a)


@pytest.mark.parametrize("secret", ['{ env = "NO_SUCH_SECRET" }', '{ file = "/no/such/secret" }'])
def test_a_secret_that_is_not_there_is_named_and_nothing_is_sent(organization_a, world, write_organizations, secret):
    edit(write_organizations(), SECRET, f"client_secret = {secret}")
    with pytest.raises(NotConfigured, match="client secret"):
        gateway.ready_to_send(organization_a.id, user_id=NOBODY)
    assert tokens_asked(world) == 0


def test_a_changed_organisations_file_is_read_again(organization_a, world, write_organizations, sandbox):
    path = write_organizations()
    users(organization_a)
    edit(path, sandbox.api_url, "http://127.0.0.1:9/api/partners/v2.0")
    with pytest.raises(Unreachable):
        users(organization_a)
    edit(path, "http://127.0.0.1:9/api/partners/v2.0", sandbox.api_url)
    assert users(organization_a)


@pytest.mark.parametrize("content", ["", "[[organization", "not toml at all = ="])
def test_a_broken_organisations_file_is_said_in_words(organization_a, write_organizations, content):
    write_organizations().write_text(content)
    with pytest.raises(NotConfigured, match="organisations file"):
        gateway.podero_client(organization_a.id)


def test_a_missing_organisations_file_is_said_in_words(organization_a, write_organizations):
    write_organizations().unlink()
    with pytest.raises(NotConfigured, match="cannot be read"):
        gateway.podero_client(organization_a.id)


def test_an_organisation_that_left_the_file_gets_no_call(organization_a, write_organizations, settings, world):
    edit(write_organizations(), settings.ALPENSTROM, "00000000-0000-4000-8000-000000000001")
    with pytest.raises(NotConfigured, match="no longer in the organisations file"):
        gateway.podero_client(organization_a.id)
    assert tokens_asked(world) == 0


@pytest.mark.parametrize("kind", ["lost_before", "reset_after", "503", "hang_before"])
def test_after_three_calls_without_an_answer_nobody_waits_any_more(organization_a, world, kind):
    world.faults.add(Fault(kind, match="users", times=None))
    for _ in range(3):
        with pytest.raises((Unreachable, ServerError)):
            users(organization_a)
    asked = len(world.requests)
    with pytest.raises(KnownAway):
        users(organization_a)
    assert len(world.requests) == asked
    assert gateway.connection_facts(organization_a.id)["is_away"]


def test_a_plain_error_of_poderos_is_an_answer(organization_a, world):
    world.faults.add(Fault("500", match="users", times=5))
    for _ in range(5):
        with pytest.raises(ServerError):
            users(organization_a)
    assert not gateway.connection_facts(organization_a.id)["is_away"]


def test_what_is_away_for_one_organisation_is_there_for_another(organization_a, organization_b, world):
    for _ in range(3):
        gateway.CachedBreaker(str(organization_a.id)).record("reads", reached=False, seconds=0.1)
    with pytest.raises(KnownAway):
        users(organization_a)
    assert users(organization_b)


def test_no_token_is_asked_for_while_podero_is_away(organization_a, world):
    for _ in range(3):
        gateway.CachedBreaker(str(organization_a.id)).record("reads", reached=False, seconds=0.1)
    with pytest.raises(KnownAway):
        gateway.ready_to_send(organization_a.id, user_id=NOBODY)
    assert tokens_asked(world) == 0


def test_the_connections_page_is_told_of_the_last_token_and_the_last_error(organization_a, world):
    assert gateway.connection_facts(organization_a.id) == {"is_away": False, "is_slow": False}
    users(organization_a)
    assert gateway.connection_facts(organization_a.id)["token_at"] > 0
    world.faults.add(Fault("lost_before", match="users", times=None))
    with pytest.raises(Unreachable):
        users(organization_a)
    assert gateway.connection_facts(organization_a.id)["error"] == "Podero could not be reached."


def test_a_tested_connection_says_how_many_users_it_read(organization_a, world):
    works, sentence = gateway.try_connection(organization_a.id)
    assert works
    assert sentence == f"A token was given and the list of users was read: {len(users(organization_a))} users."


def test_a_tested_connection_asks_for_a_token_of_its_own(organization_a, world):
    users(organization_a)
    world.organizations[str(organization_a.id)].client_secret = "rotated"
    works, sentence = gateway.try_connection(organization_a.id)
    assert not works
    assert "client secret" in sentence
    assert gateway.connection_facts(organization_a.id)["error"] == sentence


def test_a_tested_connection_that_works_ends_the_waiting(organization_a, world):
    for _ in range(3):
        gateway.CachedBreaker(str(organization_a.id)).record("reads", reached=False, seconds=0.1)
    assert gateway.try_connection(organization_a.id)[0]
    assert users(organization_a)


def test_a_tested_connection_of_an_unknown_organisation_is_said_in_words(organization_a, write_organizations, settings):
    edit(write_organizations(), settings.ALPENSTROM, "00000000-0000-4000-8000-000000000001")
    works, sentence = gateway.try_connection(organization_a.id)
    assert not works
    assert "no longer in the organisations file" in sentence


def test_a_lock_that_somebody_holds_is_waited_for_and_given_up(organization_a, monkeypatch):
    monkeypatch.setattr(tokens, "TOKEN_LOCK_SECONDS", 0.1)
    store = gateway.CachedTokenStore()
    cache.add("podero:token-lock:x", "somebody", 60)
    with store.lock("x") as acquired:
        assert not acquired
    assert cache.get("podero:token-lock:x") == "somebody"


def test_a_lock_is_given_back(organization_a):
    store = gateway.CachedTokenStore()
    with store.lock("x") as acquired:
        assert acquired
    with store.lock("x") as acquired:
        assert acquired


def test_the_encoding_that_works_is_remembered(organization_a, world, write_organizations):
    world.settings.token_body = "form"
    users(organization_a)
    cache.delete(f"podero:token:{organization_a.id}")
    asked = tokens_asked(world)
    users(organization_a)
    assert tokens_asked(world) == asked + 1


def test_short_limits_bound_every_wait(organization_a, world):
    import time

    world.faults.add(Fault("hang_before", match="users", times=None))
    began = time.monotonic()
    with pytest.raises(Unreachable):
        gateway.podero_client(organization_a.id, seconds=0.3).list_users()
    assert time.monotonic() - began < 30  # it would hang for an hour
