"""What each kind of fault does to a request. `KINDS` names them all.

A kind with `_after` strikes after the work was done: the vehicle exists, whatever the caller sees. Refusals, redirects
and all with `_before` strike before: nothing was done. Those that spoil an answer (`null_id`, `cut`, `html`, …) do the
work first. What happens on the wire (`close`, `reset`, `cut`, `drip`, `hang` and the kinds of TLS) needs our own server
(`server`); under another one the whole answer is delivered.

The kinds `tls_…` break the connection as only TLS can be broken, where the server speaks it: torn off without the alert
that ends it, or with a record that nobody can decrypt. Without TLS they are an answer of no stated length, or noise.
"""

import gzip
import html as markup
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from podero_admin.sandbox.answers import HTML, JSON, Answer, Wire, as_json, detail, html
from podero_admin.sandbox.faults import Fault

A_MINUTE = 60.0
FOREVER = 3600.0


@dataclass(frozen=True, slots=True)
class Scene:
    """The fault, the path it met, the work it disturbs, and a way to wait that ends when the server stops."""

    fault: Fault
    path: str
    work: Callable[[], Answer]
    pause: Callable[[float], object]


Spoiler = Callable[[Scene], Answer]
Edit = Callable[[Fault, Any], Any]


def slow(scene: Scene) -> Answer:
    scene.pause(scene.fault.delay)
    return scene.work()


def slow_after(scene: Scene) -> Answer:
    answer = scene.work()
    scene.pause(scene.fault.delay)
    return answer


def late_commit(scene: Scene) -> Answer:
    """The connection is lost at once; the work is done `delay` seconds later."""
    later = threading.Timer(scene.fault.delay, scene.work)
    later.daemon = True
    later.start()
    return Answer(502, wire="close")


def refuse(status: int) -> Spoiler:
    def spoil(scene: Scene) -> Answer:
        scene.pause(scene.fault.delay)
        return refusal(status, scene.fault)

    return spoil


def refuse_after(status: int) -> Spoiler:
    def spoil(scene: Scene) -> Answer:
        scene.work()
        scene.pause(scene.fault.delay)
        return refusal(status, scene.fault)

    return spoil


STOCK_DETAIL: dict[int, object] = {
    400: "Cannot parse request body",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    422: [{"type": "value_error", "loc": ["body", "data", "price_zone"], "msg": "Value error"}],
    429: "Too many requests.",
}


def refusal(status: int, fault: Fault) -> Answer:
    retry = (("Retry-After", fault.retry_after),) if fault.retry_after is not None else ()
    if status in STOCK_DETAIL:
        return detail(status, STOCK_DETAIL[status] if fault.detail is None else fault.detail, *retry)
    return html(status, *retry)


def redirect(status: int) -> Spoiler:
    def spoil(scene: Scene) -> Answer:
        return html(status, ("Location", scene.fault.location or f"{scene.path}/"))

    return spoil


def with_status(status: int) -> Spoiler:
    def spoil(scene: Scene) -> Answer:
        answer = scene.work()
        return replace(answer, status=status, body=b"" if status == 204 else answer.body)  # noqa: PLR2004

    return spoil


def on_the_wire(wire: Wire, *, after: bool, seconds: float = 0.0) -> Spoiler:
    def spoil(scene: Scene) -> Answer:
        answer = scene.work() if after else html(502)
        return replace(answer, wire=wire, seconds=scene.fault.delay or seconds)

    return spoil


def with_body(make: Callable[[Fault, bytes], bytes], *headers: tuple[str, str]) -> Spoiler:
    """Do the work, then deliver other bytes as a 200."""

    def spoil(scene: Scene) -> Answer:
        answer = scene.work()
        return replace(answer, body=make(scene.fault, answer.body), headers=headers or answer.headers)

    return spoil


def given_body(fault: Fault, body: bytes) -> bytes:
    """Whatever a test made up, sound or not; half a surrogate pair too, which is no UTF-8."""
    return body if fault.value is None else str(fault.value).encode("utf-8", "surrogatepass")


def edited(edit: Edit) -> Spoiler:
    """Do the work, then change the JSON: the object, or each object of the list. A refusal stays as it is."""

    def spoil(scene: Scene) -> Answer:
        answer = scene.work()
        if answer.status >= 300:  # noqa: PLR2004
            return answer
        content = answer.read()
        if isinstance(content, list):
            return as_json([edit(scene.fault, each) for each in content])
        return as_json(edit(scene.fault, content))

    return spoil


def _without(name: str) -> Edit:
    return lambda fault, each: {key: value for key, value in each.items() if key != (fault.field or name)}


def _with(fault: Fault, each: dict[str, Any]) -> dict[str, Any]:
    return each | {fault.field: fault.value}


def _wrong_types(_fault: Fault, each: dict[str, Any]) -> dict[str, Any]:
    wrong = {"battery_level": "much", "is_charging": "perhaps", "owner": 7, "created_at": ["now"], "price_zone": None}
    return each | {key: value for key, value in wrong.items() if key in each}


def _edit_comment(change: Callable[[Fault, str], str]) -> Edit:
    return lambda fault, each: each | {"comment": change(fault, each["comment"])} if each.get("comment") else each


def list_lags(scene: Scene) -> Answer:
    """The list does not show yet what was created in the last `delay` seconds."""
    answer = scene.work()
    content = answer.read()
    if not isinstance(content, list):
        return answer
    edge = datetime.now(tz=UTC) - timedelta(seconds=scene.fault.delay or FOREVER)
    return as_json([each for each in content if datetime.fromisoformat(each["created_at"]) < edge])


def _big(fault: Fault, body: bytes) -> bytes:
    padding = json.dumps({"padding": "x" * fault.size}).encode()
    if body.startswith(b"["):
        return body[:-1] + (b"," if len(body) > len(b"[]") else b"") + padding + b"]"
    return body[:-1] + b"," + padding[1:]


def _bomb(fault: Fault, _body: bytes) -> bytes:
    return gzip.compress(b'{"padding": "' + b"x" * fault.size + b'"}', compresslevel=9)


def _html(_fault: Fault, _body: bytes) -> bytes:
    return html(200).body


KINDS: dict[str, Spoiler] = {
    "slow": slow,
    "slow_after": slow_after,
    "late_commit": late_commit,
    **{str(status): refuse(status) for status in (400, 401, 403, 404, 409, 422, 429, 500, 502, 503, 504)},
    **{f"{status}_after": refuse_after(status) for status in (401, 409, 422, 429, 500, 502, 503, 504)},
    **{str(status): redirect(status) for status in (301, 302, 303, 307, 308)},
    **{str(status): with_status(status) for status in (201, 202, 204)},
    "lost_before": on_the_wire("close", after=False),
    "lost_after": on_the_wire("close", after=True),
    "reset_before": on_the_wire("reset", after=False),
    "reset_after": on_the_wire("reset", after=True),
    "hang_before": on_the_wire("hang", after=False, seconds=FOREVER),
    "hang_after": on_the_wire("hang", after=True, seconds=FOREVER),
    "cut": on_the_wire("cut", after=True),
    "drip": on_the_wire("drip", after=True, seconds=A_MINUTE),
    "tls_torn": on_the_wire("torn", after=True),
    "tls_garbled": on_the_wire("garbled", after=True),
    "tls_cut": on_the_wire("cut_garbled", after=True),
    "tls_broken_before": on_the_wire("noise", after=False),
    "tls_broken_after": on_the_wire("noise", after=True),
    "cut_json": with_body(lambda _fault, body: body[: len(body) // 2]),
    "empty": with_body(lambda _fault, _body: b""),
    "html": with_body(_html, ("Content-Type", HTML)),
    "wrong_shape": with_body(lambda _fault, _body: b'"done"'),
    "body": with_body(given_body),
    "big": with_body(_big),
    "gzip_bomb": with_body(_bomb, ("Content-Type", JSON), ("Content-Encoding", "gzip")),
    "null_id": edited(lambda _fault, each: each | {"id": None}),
    "missing_id": edited(lambda _fault, each: {key: value for key, value in each.items() if key != "id"}),
    "wrong_id": edited(lambda _fault, each: each | {"id": "not-a-uuid"}),
    "wrong_types": edited(_wrong_types),
    "missing_field": edited(_without("updated_at")),
    "new_value": edited(_with),
    "list_lacks_comment": edited(_without("comment")),
    "list_trims_comment": edited(_edit_comment(lambda fault, comment: comment[: int(fault.value or 8)])),
    "list_escapes_comment": edited(_edit_comment(lambda _fault, comment: markup.escape(comment).replace("[", "&#91;"))),
    "list_lags": list_lags,
    "list_fails": refuse(500),
}
