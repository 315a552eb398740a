"""The token endpoint: client credentials and password grant, with the stock answers of Django OAuth Toolkit."""

import base64
import binascii
import hmac
import json
from urllib.parse import parse_qsl, unquote_plus

from podero_admin.sandbox.answers import Answer, Refusal, as_json, token_error
from podero_admin.sandbox.records import Organization
from podero_admin.sandbox.request import Request
from podero_admin.sandbox.world import World

UNCACHED = (("Cache-Control", "no-store"), ("Pragma", "no-cache"))


def token(world: World, request: Request, _ids: dict[str, str]) -> Answer:
    form = _read_form(world, request)
    grant = form.get("grant_type")
    if grant not in {"client_credentials", "password"}:
        return token_error("unsupported_grant_type")
    organization = _client(world, request, form)
    if grant == "password" and not _is_person(organization, form):
        return token_error("invalid_grant", "Invalid credentials given.")
    return _grant(world, organization)


def _read_form(world: World, request: Request) -> dict[str, str]:
    """The fields, in whichever encoding this server reads; in the other one it sees nothing."""
    is_json = request.headers.get("content-type", "").partition(";")[0].strip() == "application/json"
    wanted = world.settings.token_body
    if wanted != "both" and (wanted == "json") != is_json:
        return {}
    try:
        text = request.body.decode()
        content = json.loads(text) if is_json else dict(parse_qsl(text))
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in content.items()} if isinstance(content, dict) else {}


def _client(world: World, request: Request, form: dict[str, str]) -> Organization:
    by_header = request.scheme.lower() == "basic"
    client_id, secret = _basic(request) if by_header else (form.get("client_id"), form.get("client_secret"))
    for organization in list(world.organizations.values()):
        if organization.client_id == client_id and _equal(organization.client_secret, secret):
            return organization
    raise Refusal(token_error("invalid_client"))


def _basic(request: Request) -> tuple[str, str]:
    try:
        pair = base64.b64decode(request.credentials, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    client_id, _, secret = pair.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)


def _is_person(organization: Organization, form: dict[str, str]) -> bool:
    known = bool(organization.username) and organization.username == form.get("username")
    return known and _equal(organization.password, form.get("password"))


def _equal(expected: str, given: str | None) -> bool:
    return hmac.compare_digest(expected.encode(), (given or "").encode())


def _grant(world: World, organization: Organization) -> Answer:
    body = {
        "access_token": world.issue_token(organization),
        "expires_in": int(world.settings.token_lifetime),
        "token_type": "Bearer",
        "scope": "read write",
    }
    return as_json(body, 200, *UNCACHED)
