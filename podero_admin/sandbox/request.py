"""A request as the endpoints see it, and as the log keeps it."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

LOGGED_HEADERS = ("accept", "cache-control", "content-type", "idempotency-key", "user-agent", "x-request-id")
SECRET = re.compile(r"""((?:client_secret|password)(?:=|"\s*:\s*"))[^&"]*""")
BIGGEST_BODY = 2_621_440  # Django's DATA_UPLOAD_MAX_MEMORY_SIZE


@dataclass(frozen=True, slots=True)
class Request:
    """One request, read whole."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    base_url: str

    @property
    def scheme(self) -> str:
        return self.headers.get("authorization", "").partition(" ")[0]

    @property
    def credentials(self) -> str:
        return self.headers.get("authorization", "").partition(" ")[2].strip()


@dataclass(frozen=True, slots=True)
class Logged:
    """One line of the request log; it never holds a token or a secret."""

    method: str
    path: str
    endpoint: str
    headers: dict[str, str]
    body: str
    status: int
    fault: str


def read_request(environ: dict[str, Any]) -> Request:
    headers = {
        key.removeprefix("HTTP_").replace("_", "-").lower(): value
        for key, value in environ.items()
        if key.startswith("HTTP_") or key in {"CONTENT_TYPE", "CONTENT_LENGTH"}
    }
    length = int(headers.get("content-length") or 0)
    host = headers.get("host") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
    return Request(
        method=environ["REQUEST_METHOD"],
        path=environ.get("PATH_INFO", ""),
        query=dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)),
        headers=headers,
        body=environ["wsgi.input"].read(length) if 0 < length <= BIGGEST_BODY else b"",
        base_url=f"{environ['wsgi.url_scheme']}://{host}",
    )


def logged(request: Request, *, endpoint: str, status: int, fault: str) -> Logged:
    body = SECRET.sub(r"\1***", request.body.decode("utf-8", errors="replace"))
    kept = {name: request.headers[name] for name in LOGGED_HEADERS if name in request.headers}
    if request.scheme:
        kept["authorization"] = request.scheme
    return Logged(request.method, request.path, endpoint, kept, body, status, fault)
