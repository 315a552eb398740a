"""A partner that speaks HTTP to the sandbox."""

from dataclasses import dataclass, field
from typing import Any

import requests

from podero_admin.sandbox.server import Running

TIMEOUT = 5


@dataclass
class Caller:
    """Speaks HTTP to the sandbox as a partner would."""

    running: Running
    organization: str
    client: tuple[str, str] = ("client", "secret")
    session: requests.Session = field(default_factory=requests.Session)

    def token(self, **kwargs: Any) -> requests.Response:
        kwargs.setdefault("auth", self.client)
        if not kwargs.keys() & {"json", "data"}:
            kwargs["json"] = {"grant_type": "client_credentials"}
        return requests.post(self.running.token_url, timeout=TIMEOUT, **kwargs)

    def sign_in(self) -> None:
        self.session.headers["Authorization"] = f"Bearer {self.token().json()['access_token']}"

    def call(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        url = f"{self.running.api_url}/org/{self.organization}{path}"
        return self.session.request(method, url, **({"timeout": TIMEOUT, "allow_redirects": False} | kwargs))

    def register(self, user_id: str, payload: object = None, **kwargs: Any) -> requests.Response:
        return self.call("POST", f"/users/{user_id}/electric-vehicles", json=payload or {}, **kwargs)

    def vehicles(self, user_id: str, **kwargs: Any) -> requests.Response:
        return self.call("GET", f"/users/{user_id}/electric-vehicles", **kwargs)

    def sandbox(self, method: str, path: str, json: object = None) -> requests.Response:
        return requests.request(method, f"{self.running.base_url}/sandbox/{path}", json=json, timeout=TIMEOUT)
