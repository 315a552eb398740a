"""What the stand-in can answer: one value, and the stock bodies of Django Ninja and Django OAuth Toolkit."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from http.client import responses
from typing import Any, Literal

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"
Wire = Literal["", "close", "reset", "cut", "drip", "hang", "torn", "garbled", "cut_garbled", "noise"]


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, and what the server shall do to it on the wire."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = (("Content-Type", JSON),)
    wire: Wire = ""
    seconds: float = 0.0

    @property
    def line(self) -> str:
        return f"{self.status} {responses.get(self.status, 'Unknown')}"

    def read(self) -> Any:
        return json.loads(self.body)


class Refusal(Exception):
    """Ends a request early with its answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.line)
        self.answer = answer


def as_json(content: object, status: int = 200, *headers: tuple[str, str]) -> Answer:
    return Answer(status, json.dumps(content).encode(), (("Content-Type", JSON), *headers))


def detail(status: int, message: object, *headers: tuple[str, str]) -> Answer:
    return as_json({"detail": message}, status, *headers)


def html(status: int, *headers: tuple[str, str]) -> Answer:
    phrase = responses.get(status, "Unknown")
    page = f"<!doctype html>\n<html lang=en><head><title>{phrase}</title></head><body><h1>{phrase}</h1></body></html>\n"
    return Answer(status, page.encode(), (("Content-Type", HTML), *headers))


def invalid(problems: Sequence[dict[str, Any]]) -> Answer:
    return detail(HTTPStatus.UNPROCESSABLE_ENTITY, list(problems))


def token_error(error: str, description: str = "") -> Answer:
    status = HTTPStatus.UNAUTHORIZED if error == "invalid_client" else HTTPStatus.BAD_REQUEST
    body = {"error": error} | ({"error_description": description} if description else {})
    return as_json(body, status, ("Cache-Control", "no-store"), ("Pragma", "no-cache"))


UNAUTHORIZED = detail(401, "Unauthorized")
FORBIDDEN = detail(403, "Forbidden")
NOT_FOUND = detail(404, "Not Found")
UNPARSABLE = detail(400, "Cannot parse request body")
WRONG_PATH = html(404)
