"""An agent at her browser: signs in, opens the form, presses, and presses again when the page does not come."""

import re
import threading
import time
from dataclasses import dataclass

import requests

from tests.faults.prove.levers import session
from tests.faults.prove.stage import PASSWORD
from tests.registering import FILLED

PATIENCE = 60.0
SAID = re.compile(r"<li>[^<]*</li>|<h1>.*?</h1>")
KEY = re.compile(r'name="submission_key" value="([^"]+)"')


@dataclass(frozen=True)
class Seen:
    """What came of a press: the reference of the page it led to, or a page with a status."""

    status: int
    reference: str = ""
    text: str = ""
    was_lost: bool = False


class Tally:
    """What all agents together did and met."""

    def __init__(self) -> None:
        self.presses = 0
        self.errors: list[str] = []
        self.odd: list[str] = []
        self._lock = threading.Lock()

    def pressed(self) -> None:
        with self._lock:
            self.presses += 1

    def failed(self, what: str) -> None:
        with self._lock:
            self.errors.append(what)

    def wonder(self, what: str) -> None:
        """An answer that no agent should get."""
        with self._lock:
            self.odd.append(what)


class Agent:
    def __init__(self, address: str, email: str, tally: Tally) -> None:
        self.address, self.email, self.tally = address, email, tally
        self.cookies: dict[str, str] = {}

    def sign_in(self) -> "Agent":
        with session() as browser:
            browser.get(f"{self.address}/accounts/login/", timeout=PATIENCE)
            data = {
                "login": self.email,
                "password": PASSWORD,
                "csrfmiddlewaretoken": browser.cookies["podero_csrf"],
            }
            answer = browser.post(f"{self.address}/accounts/login/", data, allow_redirects=False, timeout=PATIENCE)
            assert answer.status_code == 302, f"{answer.status_code} {re.findall(SAID, answer.text)}"
            self.cookies = dict(browser.cookies)
        return self

    def ask(self, method: str, path: str, data: dict[str, str] | None = None, **headers: str) -> requests.Response:
        with session() as browser:
            content = data | {"csrfmiddlewaretoken": self.cookies["podero_csrf"]} if data is not None else None
            answer = browser.request(
                method, self.address + path, data=content, headers=headers, cookies=self.cookies,
                allow_redirects=False, timeout=PATIENCE,
            )  # fmt: skip
        if answer.status_code >= 500:
            self.tally.failed(f"{method} {path}: {answer.status_code}")
        return answer

    def patiently(self, method: str, path: str, data: dict[str, str] | None = None, **headers: str):
        """Again and again while nobody answers, as after a kill."""
        end, was_lost = time.monotonic() + PATIENCE, False
        while True:
            try:
                answer = self.ask(method, path, data, **headers)
                if answer.status_code < 500:
                    answer.was_lost = was_lost
                    return answer
            except requests.RequestException:
                headers, was_lost = {}, True  # who died of it once shall not die again
            if time.monotonic() > end:
                raise TimeoutError(path)
            time.sleep(0.3)

    def open_form(self, customer: object) -> str:
        page = self.patiently("GET", f"/customers/{customer}/register/")
        found = KEY.search(page.text)
        assert found, f"{page.status_code} {re.findall(SAID, page.text)}"
        return found[1]

    def press(self, customer: object, key: str, *, die: str = "", **values: str) -> Seen:
        self.tally.pressed()
        headers = {"X-Die-Before": die} if die else {}
        data = FILLED | {"device_model_model": "Proof"} | values | {"submission_key": key}
        return seen(self.patiently("POST", f"/customers/{customer}/register/", data, **headers))

    def send_again(self, reference: str, attempt: int) -> int:
        self.tally.pressed()
        path = f"/registrations/{reference}/send-again/"
        return int(self.patiently("POST", path, {"attempt": str(attempt)}).status_code)

    def decide(self, reference: str, vehicle: str) -> int:
        data = {"vehicle": vehicle, "reason": "Asked the customer."}
        return int(self.patiently("POST", f"/registrations/{reference}/decide/", data).status_code)


def seen(answer: requests.Response) -> Seen:
    if answer.status_code == 302:
        reference = answer.headers["Location"].strip("/").split("/")[-1]
        return Seen(302, reference, was_lost=answer.was_lost)
    return Seen(answer.status_code, text=answer.text, was_lost=answer.was_lost)


def fresh_key(page: str) -> str:
    found = KEY.search(page)
    assert found
    return found[1]
