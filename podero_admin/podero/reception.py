"""Judges how a request ended: no answer, half an answer, a whole one, a refusal."""

import requests
from urllib3.exceptions import DecodeError, HTTPError, NameResolutionError

from podero_admin.podero.deadline import Call, pieces
from podero_admin.podero.errors import ContractViolation, Interrupted, PoderoError, TimedOut, Unreachable, error_for
from podero_admin.podero.exchange import SUCCESS, Answer, Request
from podero_admin.podero.reading import read_leniently

REFUSAL_CAP = 65_536
HEADERS_KEPT = ("Content-Type", "Date", "Retry-After", "X-Request-ID")
NETWORK_ERRORS = (requests.RequestException, HTTPError, OSError)


def no_answer(call: Call, error: Exception) -> Unreachable:
    """Tell apart what was certainly not sent from what perhaps was; the clock's own notes decide, not the exception."""
    kind, text = Unreachable, _why_not_sent(call, error)
    if call.sent or isinstance(error, requests.ReadTimeout):
        kind, text = Interrupted, "The connection to Podero broke after the request was sent."
    if kind is Interrupted and (call.timed_out or isinstance(error, requests.ReadTimeout)):
        kind, text = TimedOut, "Podero did not answer in time."
    failure = kind(text, retryable=True)
    failure.duration_ms = call.duration_ms()
    return failure


def _why_not_sent(call: Call, error: Exception) -> str:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(error, requests.exceptions.SSLError):
        return "No secure connection to Podero could be made, so nothing was sent."
    if isinstance(reason, NameResolutionError):
        return "Podero's name was not found, so nothing was sent."
    if isinstance(error, requests.ConnectTimeout) or call.timed_out:
        return "No connection to Podero came about in time, so nothing was sent."
    return "Podero refused the connection, so nothing was sent."


def whole(response: requests.Response, request: Request, call: Call) -> Answer:
    """Read the answer and return it. A refusal is one even when its text is cut; a success has to be whole.

    Raises TimedOut, Interrupted or ContractViolation for a success that is not.
    """
    is_success = response.status_code // 100 == SUCCESS
    cap = request.body_cap if is_success else min(request.body_cap, REFUSAL_CAP)
    body, broken = bytearray(), None
    try:
        for piece in pieces(response, cap):
            body += piece
    except NETWORK_ERRORS as error:
        broken = error
    headers = {name: response.headers[name] for name in HEADERS_KEPT if name in response.headers}
    answer = Answer(response.status_code, bytes(body[:cap]), call.duration_ms(), request.request_id, headers)
    failure = _half(answer, broken, call, is_too_long=len(body) > cap) if is_success else None
    if failure:
        raise answer.attached_to(failure)
    return answer


def _half(answer: Answer, broken: Exception | None, call: Call, *, is_too_long: bool) -> PoderoError | None:
    """Say what is wrong with the body of a success.

    An object or a list shows its own end. Where it has arrived, it counts, however the connection went down after it:
    TLS in particular is often torn off behind the last byte.
    """
    if is_too_long:
        return ContractViolation("Podero's answer is far larger than any documented one.")
    if broken is None or isinstance(read_leniently(answer.body), dict | list):
        return None
    if isinstance(broken, DecodeError):
        return ContractViolation("Podero's answer cannot be unpacked.")
    if call.timed_out:
        return TimedOut("Podero's answer did not arrive in time.", retryable=True)
    return Interrupted("The connection to Podero broke in the middle of the answer.", retryable=True)


def refusal(answer: Answer) -> PoderoError:
    """Return the error for an answer whose HTTP status is no success."""
    return error_for(answer.status, read_leniently(answer.body), answer.headers.get("Retry-After", ""))
