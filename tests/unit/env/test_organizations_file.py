"""Whatever is wrong in the organisations file is said in one sentence, and no secret with it."""

from pathlib import Path
from typing import Any

import pytest

from podero_admin import env

ENTRY = {
    "id": '"016b78a7-0c7c-4241-a277-015c3ad3cb90"',
    "name": '"Alpenstrom GmbH"',
    "api_url": '"https://app.podero.com/api/partners/v2.0"',
    "token_url": '"https://app.podero.com/oauth2/token/"',
    "client_id": '"alpenstrom"',
    "client_secret": '"hunter2"',
}


@pytest.fixture
def read(tmp_path: Path) -> Any:
    def act(*, allow_insecure: bool = False, text: str | None = None, **changes: str | None) -> Any:
        entry = {name: value for name, value in (ENTRY | changes).items() if value is not None}
        path = tmp_path / "organizations.toml"
        lines = "\n".join(f"{name} = {value}" for name, value in entry.items())
        path.write_text(f"[[organization]]\n{lines}\n" if text is None else text, encoding="utf-8")
        return env.read_organizations(path, allow_insecure=allow_insecure)

    return act


def test_six_keys_are_enough(read: Any) -> None:
    (entry,) = read()
    assert entry.name == "Alpenstrom GmbH"
    assert entry.client_secret.read() == "hunter2"
    assert (entry.grant, entry.client_auth, entry.token_body) == ("client_credentials", "basic", "auto")
    assert entry.tag_comments
    assert entry.environment == "production"


def test_the_secret_stays_out_of_the_representation(read: Any) -> None:
    assert "hunter2" not in repr(read())


@pytest.mark.parametrize("name", list(ENTRY))
def test_a_missing_key_is_named(read: Any, name: str) -> None:
    with pytest.raises(
        env.ConfigurationError, match=f"^{name} of organisation 1 .* is missing or cannot be used: .*\\.$"
    ):
        read(**{name: None})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", '"no-uuid"'),
        ("name", "5"),
        ("api_url", '"http://app.podero.com/api"'),
        ("api_url", '"https://127.0.0.1/api"'),
        ("api_url", '"https://[::ffff:127.0.0.1]/api"'),
        ("api_url", '"https://localhost./api"'),
        ("api_url", '"https://0.0.0.0/api"'),
        ("api_url", '"https://user:hunter2@app.podero.com/api"'),
        ("api_url", '"https://[::"'),
        ("token_url", "7"),
        ("client_secret", "{ vault = 'x' }"),
        ("client_secret", '""'),
        ("grant", '"implicit"'),
        ("client_auth", '"digest"'),
        ("token_body", '"xml"'),
        ("scope", "[]"),
        ("default_price_zone", '"ÖST"'),
        ("tag_comments", '"yes"'),
        ("environment", '"staging"'),
        ("colour", '"red"'),
    ],
)
def test_a_wrong_value_is_named(read: Any, name: str, value: str) -> None:
    with pytest.raises(env.ConfigurationError) as caught:
        read(**{name: value})
    lines = str(caught.value).splitlines()
    assert lines
    assert all(line.startswith(f"{name} of organisation 1") and line.endswith(".") for line in lines)
    assert "hunter2" not in str(caught.value)


def test_the_password_grant_needs_a_person(read: Any) -> None:
    with pytest.raises(env.ConfigurationError) as caught:
        read(grant='"password"')
    assert [line.split()[0] for line in str(caught.value).splitlines()] == ["username", "password"]


def test_loopback_is_for_the_sandbox_only(read: Any) -> None:
    (entry,) = read(allow_insecure=True, api_url='"http://127.0.0.1:8001/api"', token_url='"http://127.0.0.1:8001/t/"')
    assert entry.api_url == "http://127.0.0.1:8001/api"


@pytest.mark.parametrize("text", ["", "organization = 5", "organization = [1]", "[organization]\nid = 1"])
def test_a_file_without_organisations_is_refused(read: Any, text: str) -> None:
    with pytest.raises(env.ConfigurationError, match="names no organisation"):
        read(text=text)


def test_a_file_that_is_no_toml_is_refused(read: Any) -> None:
    with pytest.raises(env.ConfigurationError, match="not valid TOML"):
        read(text="[[organization")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(env.ConfigurationError, match=r"nowhere\.toml cannot be read: set PODERO_ORGANIZATIONS"):
        env.read_organizations(tmp_path / "nowhere.toml", allow_insecure=False)


def test_one_id_stands_for_one_organisation(read: Any, tmp_path: Path) -> None:
    read()
    text = (tmp_path / "organizations.toml").read_text(encoding="utf-8")
    with pytest.raises(env.ConfigurationError, match="one id twice"):
        read(text=text * 2)


def test_a_secret_is_read_again_at_each_use(read: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text("first\n", encoding="utf-8")
    (entry,) = read(client_secret=f'{{ file = "{tmp_path}/secret" }}', client_id='{ env = "ALPENSTROM_ID" }')
    monkeypatch.setenv("ALPENSTROM_ID", "me")
    assert (entry.client_id.read(), entry.client_secret.read()) == ("me", "first")
    (tmp_path / "secret").write_text("second\n", encoding="utf-8")
    assert entry.client_secret.read() == "second"


def test_a_secret_that_is_not_where_the_file_says_stops_the_start(read: Any, tmp_path: Path) -> None:
    found = read(client_secret=f'{{ file = "{tmp_path}/none" }}', client_id='{ env = "PODERO_ADMIN_NOT_SET" }')
    with pytest.raises(env.ConfigurationError) as caught:
        env.require_secrets(found)
    assert str(caught.value).splitlines() == [
        "client_id of Alpenstrom GmbH is taken from env PODERO_ADMIN_NOT_SET, where there is nothing: set it there.",
        f"client_secret of Alpenstrom GmbH is taken from file {tmp_path}/none, where there is nothing: set it there.",
    ]


def test_a_secret_file_that_holds_no_text_stops_the_start_in_words(read: Any, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(env.ConfigurationError, match=r"client_secret of Alpenstrom GmbH .* where there is nothing"):
        env.require_secrets(read(client_secret=f'{{ file = "{tmp_path}/secret" }}'))


def test_the_example_is_valid() -> None:
    root = Path(__file__).resolve().parents[3]
    (entry,) = env.read_organizations(root / "organizations.example.toml", allow_insecure=False)
    assert entry.default_price_zone == "AT"
