"""Every wrong or missing variable is named in one sentence that says what to set, and all of them at once."""

from pathlib import Path
from typing import Any

import pytest

from podero_admin import env
from tests.certificate import write

GOOD = {"SECRET_KEY": "k" * 50, "PUBLIC_URL": "https://podero.example.com", "ALLOWED_HOSTS": "podero.example.com"}


def problems(**values: str) -> list[str]:
    with pytest.raises(env.ConfigurationError) as caught:
        env.read(GOOD | values)
    return str(caught.value).splitlines()


def test_it_starts_with_three_values_and_documented_defaults() -> None:
    read = env.read(GOOD)
    assert not read.debug
    assert not read.allow_insecure_upstream
    assert read.embed_origins == []
    assert read.trusted_proxies == 0
    assert read.time_zone == "Europe/Vienna"
    assert (read.connect_timeout, read.read_timeout, read.deadline) == (3, 30, 40)
    assert read.settle_schedule == (2, 5, 10, 20, 40, 80, 160, 300)
    assert read.ca_bundle == ""
    assert (read.settle_window, read.directory_max_age) == (300, 900)
    assert (read.mirror_max_age, read.mirror_at_once, read.mirror_per_second) == (900, 4, 10)
    assert read.readings_kept_days == 400
    assert read.cache is None
    assert read.email is None
    assert read.broker_url == ""
    assert read.url_prefix == ""
    assert read.log_format == "json"
    assert str(read.organizations_path) == "organizations.toml"
    assert read.database["ENGINE"].endswith("sqlite3")


def test_it_names_every_missing_value_at_once() -> None:
    with pytest.raises(env.ConfigurationError) as caught:
        env.read({})
    lines = str(caught.value).splitlines()
    assert [line.split()[0] for line in lines] == ["SECRET_KEY", "PUBLIC_URL", "ALLOWED_HOSTS"]
    assert all(" is not set: set it to " in line and line.endswith(".") for line in lines)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "k" * 31),
        ("PUBLIC_URL", "podero.example.com"),
        ("PUBLIC_URL", "http://podero.example.com"),
        ("PUBLIC_URL", "https://"),
        ("PUBLIC_URL", "https://[::"),
        ("PUBLIC_URL", "https://user:password@podero.example.com"),
        ("PUBLIC_URL", "https://podero.example.com/?a=1"),
        ("DEBUG", "maybe"),
        ("ALLOWED_HOSTS", " , "),
        ("ALLOWED_HOSTS", "https://podero.example.com"),
        ("MIRROR_MAX_AGE", "0"),
        ("MIRROR_AT_ONCE", "0"),
        ("MIRROR_AT_ONCE", "1.5"),
        ("MIRROR_AT_ONCE", "100"),
        ("MIRROR_PER_SECOND", "-1"),
        ("READINGS_KEPT_DAYS", "0"),
        ("DATABASE_URL", "banana"),
        ("DATABASE_URL", "mysql://u:p@h/n"),
        ("DATABASE_URL", "postgres://u:p@h"),
        ("DATABASE_URL", "postgres://u:p@h:port/n"),
        ("DATABASE_URL", "postgres://u:p@h/n?foo=bar"),
        ("DATABASE_URL", "postgres://u:p@h/n?sslmode=require&pool=true"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "sqlite://:memory:"),
        ("CACHE_URL", "memcache://127.0.0.1:11211"),
        ("CACHE_URL", "redis://127.0.0.1:abc/1"),
        ("CACHE_URL", "redis://127.0.0.1:6379/first"),
        ("CACHE_URL", "redis:///1"),
        ("BROKER_URL", "redis"),
        ("BROKER_URL", "banana://127.0.0.1"),
        ("BROKER_URL", "redis://127.0.0.1:notaport/0"),
        ("BROKER_URL", "redis://127.0.0.1:6379/first"),
        ("BROKER_URL", "redis://a:6379/0;redis://b:6379/first"),
        ("BROKER_URL", "sqs://"),
        ("ALLOW_INSECURE_UPSTREAM", "2"),
        ("EMBED_ORIGINS", "intranet.example.com"),
        ("EMBED_ORIGINS", "https://intranet.example.com/page"),
        ("EMBED_ORIGINS", "https://*.example.com"),
        ("EMBED_ORIGINS", "https://a.example.com; script-src *"),
        ("EMBED_ORIGINS", "https://a.example.com https://b.example.com"),
        ("TRUSTED_PROXIES", "-1"),
        ("TRUSTED_PROXIES", "many"),
        ("TIME_ZONE", "Europe/Atlantis"),
        ("TIME_ZONE", "../../etc/passwd"),
        ("EMAIL_URL", "mail.example.com"),
        ("EMAIL_URL", "smtp+tls://"),
        ("EMAIL_URL", "smtp://user:password@:25"),
        ("PODERO_CONNECT_TIMEOUT", "0"),
        ("PODERO_READ_TIMEOUT", "nan"),
        ("PODERO_DEADLINE", "inf"),
        ("PODERO_CA_BUNDLE", "/nowhere/authorities.pem"),
        ("PODERO_CA_BUNDLE", __file__),
        ("SETTLE_SCHEDULE", "5,2"),
        ("SETTLE_SCHEDULE", "2,,5"),
        ("SETTLE_WINDOW", "-5"),
        ("TIME_SCALE", "1.5"),
        ("TIME_SCALE", "0"),
        ("DIRECTORY_MAX_AGE", "an hour"),
        ("URL_PREFIX", "a b"),
        ("URL_PREFIX", "../up"),
        ("URL_PREFIX", "büro"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_it_names_the_wrong_value_in_one_sentence(name: str, value: str) -> None:
    (line,) = problems(**{name: value})
    assert line.startswith(name)
    assert "cannot be used: " in line
    assert line.endswith(".")


def test_the_queue_needs_a_folder_that_can_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    (line,) = problems(PODERO_VAR_DIR=str(tmp_path / "file"))
    assert line.startswith("PODERO_VAR_DIR cannot be written to")
    assert env.read(GOOD | {"PODERO_VAR_DIR": str(tmp_path / "made")}).var_dir == tmp_path / "made"
    elsewhere = {"PODERO_VAR_DIR": str(tmp_path / "file"), "BROKER_URL": "redis://127.0.0.1:6379/0"}
    assert env.read(GOOD | elsewhere).broker_url


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BROKER_URL", "amqp://a:5672;amqp://b:5672"),
        ("BROKER_URL", "rediss://:s3cret@h:6380/0"),
        ("BROKER_URL", "redis://h"),
        ("BROKER_URL", "redis+socket:///run/redis/redis.sock"),
        ("DATABASE_URL", "postgres://u:p@a,b/n?target_session_attrs=read-write&sslmode=verify-full&connect_timeout=3"),
        ("DATABASE_URL", "postgres://u:p@h/n?server_side_binding=false&prepare_threshold=5&conn_max_age=0"),
        ("DATABASE_URL", "postgres://u:p@h/n?isolation_level=3&assume_role=r"),
        ("EMAIL_URL", "consolemail://"),
        ("CACHE_URL", "redis://a:6379/1,redis://b:6379/1"),
    ],
)
def test_what_a_service_understands_will_do(name: str, value: str) -> None:
    env.read(GOOD | {name: value})


def test_time_is_shortened_for_the_sandbox_only() -> None:
    (line,) = problems(TIME_SCALE="0.05")
    assert line.startswith("TIME_SCALE")
    assert env.read(GOOD | {"TIME_SCALE": "0.05", "ALLOW_INSECURE_UPSTREAM": "true"}).time_scale == 0.05


@pytest.mark.parametrize("name", ["DATABASE_URL", "CACHE_URL", "BROKER_URL", "EMAIL_URL"])
def test_it_never_repeats_a_value_that_holds_a_password(name: str) -> None:
    (line,) = problems(**{name: "nonsense://u:hunter2@h"})
    assert "hunter2" not in line


def test_secrets_stay_out_of_the_representation() -> None:
    read = env.read(GOOD | {"DATABASE_URL": "postgres://u:hunter2@h/n", "CACHE_URL": "redis://:hunter2@h:6379/1"})
    assert "hunter2" not in repr(read)
    assert GOOD["SECRET_KEY"] not in repr(read)


@pytest.mark.parametrize("address", ["http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000"])
def test_plain_http_is_for_this_machine_only(address: str) -> None:
    assert env.read(GOOD | {"PUBLIC_URL": address}).is_loopback


@pytest.mark.parametrize(
    ("name", "value", "attribute", "read"),
    [
        ("URL_PREFIX", "/tools/podero/", "url_prefix", "tools/podero"),
        ("URL_PREFIX", "apps.v2/~desk", "url_prefix", "apps.v2/~desk"),
        ("DEBUG", "YES", "debug", True),
        ("EMBED_ORIGINS", "https://a.example.com, https://b.example.com:8443/", "embed_origins",
         ["https://a.example.com", "https://b.example.com:8443"]),
        ("SETTLE_SCHEDULE", "1, 2.5", "settle_schedule", (1.0, 2.5)),
        ("BROKER_URL", "redis://127.0.0.1:6379/0", "broker_url", "redis://127.0.0.1:6379/0"),
    ],
)  # fmt: skip
def test_it_reads_what_people_write(name: str, value: str, attribute: str, read: Any) -> None:
    assert getattr(env.read(GOOD | {name: value}), attribute) == read


def test_debug_makes_logs_readable() -> None:
    assert env.read(GOOD | {"DEBUG": "true"}).log_format == "console"


def test_a_bundle_of_authorities_is_a_file_with_certificates(tmp_path: Path) -> None:
    bundle = write(tmp_path / "authorities.pem")
    assert env.read(GOOD | {"PODERO_CA_BUNDLE": str(bundle)}).ca_bundle == str(bundle)
