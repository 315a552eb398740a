"""Malformed posts to every form: no page breaks, and no vehicle comes of them that a sound post would not have made."""

import argparse
import random
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.faults.prove.agent import PATIENCE, Agent
from tests.faults.prove.checking import ledger
from tests.faults.prove.inspecting import unsafe
from tests.faults.prove.levers import Control, session
from tests.faults.prove.malforming import Body, body
from tests.faults.prove.plan import post
from tests.faults.prove.pressing import Crew
from tests.faults.prove.stage import Stage
from tests.faults.prove.telling import say
from tests.faults.prove.weighing import Weighing
from tests.registering import FILLED

THREADS, WARM_UP, USES_OF_A_KEY = 3, 0.1, 6
HEADERS: tuple[dict[str, str], ...] = (
    {}, {}, {}, {"HX-Request": "true"}, {"HX-Request": "true", "HX-Current-URL": "http://[::1"}, {"Referer": "http://[::1"},
    {"Accept-Language": "x" * 500}, {"X-Requested-With": "\xff"}, {"Accept": "application/json"}, {"Referer": "//elsewhere/"},
)  # fmt: skip


class Posting:
    def __init__(
        self, stage: Stage, control: Control, crew: Crew, customers: Sequence[Any], options: argparse.Namespace
    ) -> None:
        self.stage, self.control, self.crew, self.options = stage, control, crew, options
        self.customers, self.problems = customers, list[str]()
        self.answers, self.sent = Counter[int](), Counter[str]()
        self.accepted: set[str] = set()
        self.sent_again = 0
        self.keys: dict[str, list[str]] = {}
        self._lock = threading.Lock()

    def run(self, stopping: threading.Event) -> None:
        self.references = self._registrations()
        self.stray = self._stray()
        before = self._attempts()
        warm = max(int(self.options.posts * WARM_UP), THREADS)
        self._all(range(warm), stopping)
        weighing = Weighing(self.stage)
        self._all(range(warm, self.options.posts), stopping)
        weight, too_heavy = weighing.judge()
        self.problems += [f"posts: {text}" for text in too_heavy]
        self._judge(weight, self._attempts() - before)

    def _all(self, numbers: range, stopping: threading.Event) -> None:
        with ThreadPoolExecutor(THREADS, thread_name_prefix="posts") as pool:
            for number in numbers:
                pool.submit(self._one, number, stopping)

    # What there is to post to

    def _registrations(self) -> list[tuple[Agent, str]]:
        """One that arrived, one that was refused and one whose answer was lost, which waits and is then absent."""
        made = []
        for number, customer in enumerate(self.customers[:6]):
            self.control.fault(
                *([], [post("422", user=str(customer.id))], [post("lost_before", user=str(customer.id))])[number % 3]
            )
            senior = self._senior(customer)
            made.append((senior, senior.press(customer.id, senior.open_form(customer.id)).reference))
        return made

    def _stray(self) -> int:
        from django.utils import timezone

        from podero_admin.registrations.models import Stray

        customer = self.customers[0]
        known = {"vehicle_id": customer.id, "reference": "R-23456789AB", "alarm": "Not known here."}
        return int(Stray.objects.create(
            organization=customer.organization, customer=customer, found_at=timezone.now(), **known
        ).pk)  # fmt: skip

    def _senior(self, customer: Any) -> Agent:
        return self.crew.seniors[customer.organization_id]

    # One post

    def _one(self, number: int, stopping: threading.Event) -> None:
        if stopping.is_set():
            return
        dice = random.Random(f"{self.options.seed}-post-{number}")
        customer = dice.choice(self.customers[6:])
        senior, path, fields = dice.choice((*([self._register] * 3), self._preview, self._registration, self._other))(
            customer, dice
        )
        try:
            self._send(senior, path, body(fields, dice), dice, number)
        except Exception as error:  # noqa: BLE001 - told at the end, with its number
            self.problems.append(f"post {number} to {path}: {type(error).__name__} {error}"[:300])

    def _register(self, customer: Any, dice: random.Random) -> tuple[Agent, str, dict[str, str]]:
        key = self._key(customer)
        ticks = {"confirm_duplicate": "on"} if dice.random() < 0.5 else {}
        return self._senior(customer), f"/customers/{customer.id}/register/", FILLED | ticks | {"submission_key": key}

    def _preview(self, customer: Any, dice: random.Random) -> tuple[Agent, str, dict[str, str]]:
        senior, path, fields = self._register(customer, dice)
        return senior, f"{path}preview/", fields

    def _registration(self, _customer: Any, dice: random.Random) -> tuple[Agent, str, dict[str, str]]:
        senior, reference = dice.choice(self.references)
        what, fields = dice.choice((
            ("decide", {"vehicle": "none", "reason": "Asked the customer."}), ("send-again", {"attempt": "1"}),
            ("acknowledge", {"read": "", "reason": "Seen."}),
        ))  # fmt: skip
        return senior, f"/registrations/{reference}/{what}/", fields

    def _other(self, customer: Any, dice: random.Random) -> tuple[Agent, str, dict[str, str]]:
        path, fields = dice.choice((
            ("/customers/", {"q": "jana", "after": "", "before": ""}),
            ("/organization/", {"organization": str(customer.organization_id), "next": "/"}),
            ("/accounts/login/", {"login": "nobody@example.org", "password": "a wrong one", "next": "/"}),
            (f"/registrations/strays/{self.stray}/acknowledge/", {"reason": "Seen."}), ("/theme/", {"theme": "dark", "next": "/"}),
            ("/audit/export/", {"action": "events.exported", "from": "2026-01-01"}), ("/accounts/password/change/", {"oldpassword": "x"}),
        ))  # fmt: skip
        people = self.crew.supervisors if path == "/audit/export/" else self.crew.seniors
        return people[self.customers[0].organization_id if "strays" in path else customer.organization_id], path, fields

    def _key(self, customer: Any) -> str:
        """A fresh one now and then: what was pressed once is told apart by its key, whatever comes with it."""
        with self._lock:
            keys = self.keys.setdefault(str(customer.id), [])
            if not keys:
                keys += [self._senior(customer).open_form(customer.id)] * USES_OF_A_KEY
            return keys.pop()

    def _send(self, senior: Agent, path: str, content: Body, dice: random.Random, number: int) -> None:
        headers = dict(dice.choice(HEADERS)) | {"X-CSRFToken": senior.cookies["podero_csrf"]}
        headers |= {"Content-Type": content.kind} if content.kind else {}
        cookies = senior.cookies if dice.random() > 0.05 else {"podero_csrf": senior.cookies["podero_csrf"]}
        if path == "/accounts/login/":
            cookies = {"podero_csrf": senior.cookies["podero_csrf"]}
        with session() as browser:
            answer = browser.post(
                senior.address + path, data=content.data, headers=headers, cookies=cookies, allow_redirects=False,
                timeout=PATIENCE,
            )  # fmt: skip
        self._note(path, answer.status_code, answer.headers.get("Location", ""))
        if answer.status_code >= 500:
            self.problems.append(
                f"post {number} to {path}: {answer.status_code}, {content.kind} {content.data[:200]!r}"
            )
        if "html" in answer.headers.get("Content-Type", "html"):
            self.problems += [f"post {number} to {path}: {problem}" for problem in unsafe(answer.text)]

    def _note(self, path: str, status: int, location: str) -> None:
        with self._lock:
            self.answers[status] += 1
            self.sent[path.strip("/").split("/")[-1] or "start"] += 1
            if status == 302 and path.endswith("/register/") and location.startswith("/registrations/"):
                self.accepted.add(location)
            self.sent_again += (
                status == 302 and path.endswith("/send-again/") and location.startswith("/registrations/")
            )

    # What came of it

    def _attempts(self) -> int:
        from podero_admin.registrations.models import Attempt

        return int(Attempt.objects.filter(registration__customer__in=[each.id for each in self.customers]).count())

    def _judge(self, weight: str, attempts: int) -> None:
        """Each attempt is of a post that was taken, and made one vehicle at most."""
        from podero_admin.registrations.models import Attempt

        known = set(Attempt.objects.values_list("id", flat=True))
        made = Counter(each.attempt for each in ledger(self.stage.ledger))
        beyond = [str(key) for key, count in made.items() if count > 1 or key not in known]
        taken = len(self.accepted) + self.sent_again
        if beyond:
            self.problems.append(f"posts: vehicles beyond their attempts: {', '.join(beyond[:5])}")
        if attempts > taken:
            self.problems.append(f"posts: {attempts} attempts of {taken} posts that were taken")
        answers = ", ".join(f"{status}: {count}" for status, count in sorted(self.answers.items()))
        sent = ", ".join(f"{name} {count}" for name, count in self.sent.most_common())
        say(f"{sum(self.sent.values())} malformed posts ({sent}), answers {answers} · {attempts} attempts of {taken} that "
            f"were taken · problems {len(self.problems)} · memory of a process {weight}")  # fmt: skip
