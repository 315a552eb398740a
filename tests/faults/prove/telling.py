"""How a run speaks: one line for each thing, at once."""

from collections.abc import Sequence


def say(text: str) -> None:
    print(text, flush=True)


def percentile(values: Sequence[float], share: float) -> float:
    """The value under which so much of all lies; nothing is 0."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0
