"""The WSGI application: finds the endpoint, lets a fault strike, answers, and keeps the record."""

from collections.abc import Callable, Iterable
from typing import Any

from podero_admin.sandbox import control
from podero_admin.sandbox.answers import WRONG_PATH, Answer, Refusal, html
from podero_admin.sandbox.endpoints import ENDPOINTS, Endpoint
from podero_admin.sandbox.faults import Fault
from podero_admin.sandbox.request import BIGGEST_BODY, Request, logged, read_request
from podero_admin.sandbox.spoilers import KINDS, Scene
from podero_admin.sandbox.world import World

Environ = dict[str, Any]
WsgiApp = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


def create_app(world: World) -> WsgiApp:
    def app(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        answer = respond(world, read_request(environ))
        environ["sandbox.wire"] = (answer.wire, answer.seconds)
        headers = [*answer.headers, ("Content-Length", str(len(answer.body)))]
        start_response(answer.line, headers)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else answer.body]

    return app


def respond(world: World, request: Request) -> Answer:
    if int(request.headers.get("content-length") or 0) > BIGGEST_BODY:
        return html(400)
    if request.path.startswith(control.PREFIX):
        return control.respond(world, request)
    world.pause(world.settings.latency)
    endpoint, ids = _find(request)
    if endpoint is None:
        return _wrong_path(request)
    fault = world.faults.take(endpoint.name, request, ids.get("user_id", ""))
    answer = _spoiled(world, request, fault, lambda: _work(world, request, endpoint, ids))
    _record(world, request, endpoint, answer, fault)
    return answer


def _find(request: Request) -> tuple[Endpoint | None, dict[str, str]]:
    for endpoint in ENDPOINTS:
        ids = endpoint.match(request.path)
        if ids is not None and endpoint.method == request.method:
            return endpoint, ids
    return None, {}


def _wrong_path(request: Request) -> Answer:
    allowed = sorted({endpoint.method for endpoint in ENDPOINTS if endpoint.match(request.path) is not None})
    return html(405, ("Allow", ", ".join(allowed))) if allowed else WRONG_PATH


def _work(world: World, request: Request, endpoint: Endpoint, ids: dict[str, str]) -> Answer:
    try:
        return endpoint.handler(world, request, ids)
    except Refusal as refusal:
        return refusal.answer


def _spoiled(world: World, request: Request, fault: Fault | None, work: Callable[[], Answer]) -> Answer:
    if fault is None:
        return work()
    return KINDS[fault.kind](Scene(fault=fault, path=request.path, work=work, pause=world.pause))


def _record(world: World, request: Request, endpoint: Endpoint, answer: Answer, fault: Fault | None) -> None:
    kind = fault.kind if fault else ""
    world.log(logged(request, endpoint=endpoint.name, status=answer.status, fault=kind))
