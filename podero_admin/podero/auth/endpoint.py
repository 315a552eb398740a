"""One request to the token endpoint, through requests-oauthlib."""

import io
import logging
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Literal

import requests
from oauthlib.oauth2 import BackendApplicationClient, LegacyApplicationClient
from requests_oauthlib import OAuth2Session
from urllib3.exceptions import HTTPError

from podero_admin.podero.auth.answer import BODY_CAP, away, checked
from podero_admin.podero.auth.credentials import Credentials, client_id_of, proof
from podero_admin.podero.deadline import Call, TimedAdapter, limits, on_the_clock, pieces
from podero_admin.podero.errors import Unreachable

Encoding = Literal["json", "form"]


def ask(known: Credentials, encoding: Encoding, call: Call, ca_bundle: str | None) -> tuple[str, int]:
    """Fetch a token once; return it and its lifetime in seconds.

    Raises NotConfigured, Unreachable or AuthenticationFailed.

    https://developers.podero.com/partner-api/overview/authentication
    """
    scope: Any = known.scope.split() or None
    grant = BackendApplicationClient if known.grant == "client_credentials" else LegacyApplicationClient
    client_id = client_id_of(known)
    client = grant(client_id, scope=scope)
    with _TokenSession(client, known.token_url, encoding, call, ca_bundle) as session, on_the_clock(call):
        try:
            token = session.fetch_token("https://token.endpoint", **proof(known, client_id))
        except (requests.RequestException, HTTPError, OSError) as error:
            raise Unreachable(away("did not answer"), retryable=True) from error
    return token["access_token"], token["expires_in"]


class _TokenSession(OAuth2Session):
    """One fetch of one token: with time limits, without redirects or cookies, to the configured address.

    It believes nothing of the environment: no proxies, no netrc, no other authorities.

    The library refuses `http:` unless an environment variable of the whole process says otherwise, and looks only at
    the address it is called with. The scheme is our own check (`require_address`), so it is called with a stand-in and
    `request` puts the true address in.
    """

    def __init__(self, client: Any, url: str, encoding: Encoding, call: Call, ca_bundle: str | None) -> None:
        super().__init__(client=client)
        self.trust_env = False
        self.verify = ca_bundle or True
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("http://", "https://"):
            self.mount(scheme, TimedAdapter())
        self._address, self._encoding, self._on_its_way = url, encoding, call
        hooks: Any = self.compliance_hook
        hooks["access_token_request"].add(self._encoded)
        hooks["access_token_response"].add(checked)

    def _encoded(self, url: str, headers: dict[str, str], options: dict[str, Any]) -> tuple[str, Any, Any]:
        headers = {"Accept": "application/json", "Cache-Control": "no-cache"}
        return url, headers, {"json" if self._encoding == "json" else "data": options["data"]}

    def get_redirect_target(self, resp: requests.Response) -> None:  # requests calls it
        """Find no target, or requests reads the whole body of a redirect, even of one that it does not follow."""

    def request(self, method: str, url: str, **options: Any) -> requests.Response:  # type: ignore[override]  # noqa: ARG002
        options |= {"timeout": limits(self._on_its_way), "allow_redirects": False, "stream": True}
        with requests.Session.request(self, method, self._address, **options) as response:
            body = b"".join(pieces(response, BODY_CAP))
        response.raw = io.BytesIO(body)
        response.encoding = "utf-8"
        return response


class _NothingBelowWarning(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING


_quiet = _NothingBelowWarning()


def silence_loggers() -> None:
    """These write tokens and secrets at DEBUG; a filter holds whatever level the application sets."""
    for name in ("requests_oauthlib.oauth2_session", "oauthlib"):
        logging.getLogger(name).addFilter(_quiet)
