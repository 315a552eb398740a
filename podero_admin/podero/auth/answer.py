"""Judges what the token endpoint answered: a token and its lifetime, a refusal, or nothing usable."""

import json
import math
import re
from types import SimpleNamespace
from typing import Any

import requests

from podero_admin.podero.errors import AuthenticationFailed, Unreachable

SHORT_LIFE = 300
LONGEST_LIFE = 86_400
BODY_CAP = 65_536
TRY_LATER = frozenset({408, 429})
USABLE_TOKEN = re.compile(r"[\x21-\x7e]{1,8192}")
REFUSALS = {
    "invalid_client": "it does not accept the client id or the client secret",
    "invalid_grant": "it does not accept the user name or the password",
    "unauthorized_client": "this client may not use this grant",
    "unsupported_grant_type": "it does not offer this grant, or not in this encoding",
    "invalid_scope": "it does not grant this scope",
    "invalid_request": "it finds the request incomplete",
}


def checked(response: requests.Response) -> SimpleNamespace:
    """Judge the answer; hand on only what oauthlib can read without objections.

    Raises AuthenticationFailed for a refusal, Unreachable for everything else without a usable token.
    """
    status, answer = response.status_code, _object(response.content)
    code = answer.get("error")
    known = code if isinstance(code, str) and code in REFUSALS else ""
    if status // 100 not in (2, 4) or status in TRY_LATER:
        raise Unreachable(away(f"answered with HTTP {status}"), status=status, retryable=True)
    if status // 100 == 4 or code:  # noqa: PLR2004  # the hundred of refusals
        why = REFUSALS.get(known, f"HTTP {status}")
        raise AuthenticationFailed(f"Podero's token endpoint refused us: {why}.", status=status, code=known)
    token = answer.get("access_token")
    if not isinstance(token, str) or not USABLE_TOKEN.fullmatch(token):
        raise Unreachable(away("gave no usable token"), status=status)
    text = {"access_token": token, "token_type": "Bearer", "expires_in": lifetime_in_seconds(answer.get("expires_in"))}
    return SimpleNamespace(text=json.dumps(text))


def _object(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body) if len(body) <= BODY_CAP else None
    except (ValueError, RecursionError):
        answer = None
    return answer if isinstance(answer, dict) else {}


def away(what: str) -> str:
    """Return the sentence for a token endpoint that gave no token."""
    return f"There is no token, so nothing was sent: Podero's token endpoint {what}."


def lifetime_in_seconds(expires_in: object) -> int:
    """Read `expires_in` of any shape, in seconds. Missing or senseless is a short life; none is longer than a day."""
    if isinstance(expires_in, bool) or not isinstance(expires_in, int | float | str):
        return SHORT_LIFE
    try:
        seconds = float(expires_in)
    except OverflowError:
        return LONGEST_LIFE if isinstance(expires_in, int) and expires_in > 0 else SHORT_LIFE
    except ValueError:
        return SHORT_LIFE
    if math.isnan(seconds) or seconds <= 0:
        return SHORT_LIFE
    return max(int(min(seconds, LONGEST_LIFE)), 1)
