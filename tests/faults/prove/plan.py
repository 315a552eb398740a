"""Which registration meets which trouble: seeded, so that a run can be had again."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.faults.prove.stage import WINDOW

Fault = dict[str, Any]


@dataclass(frozen=True)
class Trouble:
    """What waits for one registration: faults while the form opens, faults for the press, and what else happens."""

    name: str = "none"
    opening: tuple[Fault, ...] = ()
    pressing: tuple[Fault, ...] = ()
    meanwhile: str = ""
    sends_again: bool = True


def post(kind: str, **values: Any) -> Fault:
    return {"kind": kind, "match": "register", **values}


def lists(kind: str, times: int, **values: Any) -> Fault:
    return {"kind": kind, "match": "vehicles", "times": times, **values}


#: A vehicle is made and its answer is lost.
LOST = (
    post("lost_after"), post("reset_after"), post("hang_after", delay=1.5), post("502_after"), post("504_after"),
    post("cut"), post("empty"), post("html"), post("null_id"), post("tls_cut"), post("tls_broken_after"),
)  # fmt: skip
PLAIN = (
    "lost_before", "lost_after", "reset_before", "reset_after", "cut", "cut_json", "empty", "html", "wrong_shape",
    "null_id", "missing_id", "wrong_id", "wrong_types", "missing_field", "201", "202", "204", "500", "502", "503", "504",
    "500_after", "502_after", "503_after", "504_after", "400", "403", "404", "409", "409_after", "422", "429",
    "429_after", "307", "302", "401", "tls_torn", "tls_garbled", "tls_cut", "tls_broken_before", "tls_broken_after",
)  # fmt: skip
Maker = Callable[[random.Random], Trouble]


def _plain(kind: str) -> Maker:
    return lambda _dice: Trouble(kind, pressing=(post(kind),))


def _timed(kind: str, low: float, high: float) -> Maker:
    return lambda dice: Trouble(kind, pressing=(post(kind, delay=round(dice.uniform(low, high), 2)),))


def _lost_and(kind: str, low: int, high: int, **values: Any) -> Maker:
    """The answer is lost, and then the lists are not what they should be."""
    return lambda dice: Trouble(
        kind, pressing=(dice.choice(LOST), lists(kind, dice.randint(low, high), **values)), sends_again=False
    )


MAKERS: tuple[Maker, ...] = (
    *(_plain(kind) for kind in PLAIN),
    lambda _dice: Trouble("big", pressing=(post("big", size=3_000_000),)),
    lambda _dice: Trouble("gzip_bomb", pressing=(post("gzip_bomb", size=3_000_000),)),
    _timed("hang_before", 1.2, 1.6),
    _timed("hang_after", 1.2, 1.6),
    _timed("slow", 0.5, 0.7),
    _timed("slow_after", 0.5, 0.7),
    _timed("drip", 1.5, 3.0),
    _timed("late_commit", 0.5, WINDOW * 0.8),
    lambda _dice: Trouble("429 later", pressing=(post("429", retry_after="1"),)),
    lambda _dice: Trouble("401 twice", pressing=(post("401", times=2),)),
    lambda dice: Trouble("commit beyond the window", pressing=(post("late_commit", delay=dice.uniform(7, 14)),)),
    lambda dice: Trouble("commit far beyond", pressing=(post("late_commit", delay=dice.uniform(10, 16)),)),
    _lost_and("list_fails", 2, 6),
    _lost_and("list_lags", 2, 4, delay=1.5),
    _lost_and("list_lags", 6, 9, delay=WINDOW * 4),
    _lost_and("list_lacks_comment", 40, 40),
    _lost_and("list_trims_comment", 40, 40),
    _lost_and("list_escapes_comment", 40, 40),
    _lost_and("cut_json", 2, 4),
    _lost_and("html", 2, 4),
    _lost_and("empty", 2, 4),
    _lost_and("wrong_shape", 2, 4),
    _lost_and("hang_before", 2, 4, delay=1.2),
    lambda dice: Trouble("no list at the opening", (lists("503", 4),), (dice.choice(LOST),)),
    lambda dice: Trouble("no list at the opening, no comments", (lists("503", 4),),
                         (dice.choice(LOST), lists("list_lacks_comment", 40)), sends_again=False),
    lambda _dice: Trouble("customer deleted before", meanwhile="deleted"),
    lambda dice: Trouble("customer deleted after", pressing=(dice.choice(LOST),), meanwhile="deleted later"),
    lambda _dice: Trouble("own car, nothing made", pressing=(post("lost_before"),), meanwhile="onboarded"),
    lambda dice: Trouble("own car, answer lost", pressing=(dice.choice(LOST),), meanwhile="onboarded"),
    lambda dice: Trouble("own car, no comments", pressing=(dice.choice(LOST), lists("list_lacks_comment", 40)),
                         meanwhile="onboarded", sends_again=False),
    lambda _dice: Trouble("old tag pasted", meanwhile="old tag"),
)  # fmt: skip


def trouble(seed: int, index: int, share: float, only: str = "") -> tuple[Trouble, random.Random]:
    """What registration number `index` meets, and the dice for all else about it; `only` is part of a trouble's name."""
    dice = random.Random(f"{seed}-{index}")
    if dice.random() >= share:
        return Trouble(), dice
    found = dice.choice(MAKERS)(dice)
    while only not in found.name:
        found = dice.choice(MAKERS)(dice)
    return found, dice
