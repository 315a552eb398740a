"""Answers of the API, spoiled by seed: some places changed in what it says, and now and then in how it is written."""

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

from tests.faults.prove.nastiness import LINKS, MARKUP, nasty

Place = tuple[Any, Any]
LINK_FIELDS = ("authorization_url", "embeddable_url")


def mutated(value: Any, dice: random.Random) -> str:
    """The text of an answer that was `value` before."""
    value = copy.deepcopy(value)
    for _ in range(dice.randint(1, 8)):
        value = _changed(value, dice)
    return _written(value, dice)


def _changed(value: Any, dice: random.Random) -> Any:
    places = list(_places(value))
    if not places or dice.random() < 0.02:
        return dice.choice(([value], {"data": value}, {"items": value, "next": 7}, nasty(dice)))
    dice.choice(CHANGES)(*dice.choice(places), dice)
    return value


def _places(value: Any) -> Iterator[Place]:
    """Every key of every object and every index of every list, with what it is in."""
    for key, inner in _items(value):
        yield value, key
        yield from _places(inner)


def _items(value: Any) -> list[tuple[Any, Any]]:
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []


def _replace(holder: Any, key: Any, dice: random.Random) -> None:
    holder[key] = nasty(dice)


def _remove(holder: Any, key: Any, _dice: random.Random) -> None:
    if key != "id":
        del holder[key]


def _wrap(holder: Any, key: Any, dice: random.Random) -> None:
    holder[key] = [holder[key]] if dice.random() < 0.5 else {"value": holder[key]}


def _as_text(holder: Any, key: Any, _dice: random.Random) -> None:
    holder[key] = str(holder[key])


def _add(holder: Any, key: Any, dice: random.Random) -> None:
    if isinstance(holder, dict):
        holder[dice.choice(MARKUP) if dice.random() < 0.5 else f"new_{dice.randrange(99)}"] = nasty(dice)
    else:
        holder.append(nasty(dice))


def _twice(holder: Any, key: Any, _dice: random.Random) -> None:
    if isinstance(holder, list):
        holder.append(copy.deepcopy(holder[key]))


def _evil_link(holder: Any, key: Any, dice: random.Random) -> None:
    if isinstance(holder, dict) and "id" in holder:
        holder[dice.choice(LINK_FIELDS)] = dice.choice(LINKS)


CHANGES: tuple[Callable[[Any, Any, random.Random], None], ...] = (
    _replace, _replace, _replace, _remove, _wrap, _as_text, _add, _twice, _evil_link,
)  # fmt: skip


def _written(value: Any, dice: random.Random) -> str:
    text = json.dumps(value, ensure_ascii=dice.random() < 0.5)
    return dice.choice(WRITINGS)(text, dice) if dice.random() < 0.12 else text


WRITINGS: tuple[Callable[[str, random.Random], str], ...] = (
    lambda text, dice: text[: dice.randrange(len(text) + 1)],
    lambda text, _dice: "\ufeff" + text,
    lambda text, _dice: text + MARKUP[0],
    lambda text, _dice: text.replace("{", '{"id": "twice", ', 1),
    lambda text, _dice: text.replace("null", "9" * 5000, 3),
    lambda text, _dice: text.replace("null", "1e999", 3),
    lambda text, _dice: text.replace("null", "[" * 5000 + "]" * 5000, 1),
    lambda text, _dice: text.replace('"', "'"),
    lambda text, _dice: text.replace("null", '"\\ud800\\u0000"'),
    lambda text, _dice: text.replace("null", "NaN", 5),
    lambda _text, _dice: "",
    lambda _text, _dice: "[" * 200_000,
)
