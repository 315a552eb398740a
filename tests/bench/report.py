"""The tables of a run in Markdown, each figure beside its target, misses marked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

#: What was looked at, what was found, the target, whether it is met.
Fact = tuple[str, str, str, bool]
OURS_TO_FIRST = 1.1
REGISTERING = 1.15
#: Of what the API would give to so many at once if we took no time.
MIRRORING = 0.9
WORKER_MEGABYTES = 60
QUERIES = 11
LIST_KILOBYTES, LIST_KILOBYTES_SENT = 40, 8
MOST_BYTES = 120_000


@dataclass(frozen=True)
class Line:
    """One page: seconds, ours and the peer's (0: it has none), the floor's, and the targets."""

    name: str
    ours: float
    floor: float
    peer: float
    most: float
    first: float = 0.0
    queries: int = 0
    bad_plans: int = 0

    @property
    def misses(self) -> list[str]:
        found = []
        if self.ours > self.most * self.floor:
            found.append(f"more than {self.most:g} × floor")
        if self.first and self.ours > OURS_TO_FIRST * self.first:
            found.append(f"{self.ours / self.first:.2f} × first page")
        if self.bad_plans:
            found.append("reads too much")
        return found


@dataclass(frozen=True)
class Plan:
    """One query of one page; `bad` says what in it grows with the table."""

    page: str
    statement: str
    steps: str
    bad: str


@dataclass
class Result:
    """Everything that one database's run found."""

    database: str
    seeded: str
    seconds: float = 0.0
    lines: list[Line] = field(default_factory=list)
    weights: list[tuple[str, dict[str, int]]] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    sizes: list[tuple[str, str, float]] = field(default_factory=list)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Names to the left, figures to the right."""
    rule = ["---"] + ["--:"] * (len(head) - 1)
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, rule, *rows])


def markdown(results: Iterable[Result]) -> str:
    return "\n\n".join(_section(result) for result in results) + "\n"


def _section(result: Result) -> str:
    floors = median([line.floor for line in result.lines] or [0.0])
    said = f"{result.seeded}; the floor took {floors * 1000:.1f} ms; the run {result.seconds:.0f} s."
    parts = [f"## {result.database}", said, _pages(result.lines), _weights(result.weights), _facts(result.facts)]
    return "\n\n".join(parts)


def _pages(lines: list[Line]) -> str:
    head = ("Page", "ours, ms", "× floor", "peer, ms", "× floor", "ours / peer", "queries", "target", "ok?")
    return table(head, [_page(line) for line in lines])


def _page(line: Line) -> tuple[str, ...]:
    peer = (
        (f"{line.peer * 1000:.1f}", f"{line.peer / line.floor:.1f}", f"{line.ours / line.peer:.2f}")
        if line.peer
        else ("–",) * 3
    )
    target = f"≤ {line.most:g}" + (f", ≤ {OURS_TO_FIRST} × first" if line.first else "")
    verdict = f"**no: {', '.join(line.misses)}**" if line.misses else "yes"
    return (
        line.name,
        f"{line.ours * 1000:.1f}",
        f"{line.ours / line.floor:.2f}",
        *peer,
        str(line.queries),
        target,
        verdict,
    )


def _weights(weights: list[tuple[str, dict[str, int]]]) -> str:
    head = ("Page, cold cache", "HTML, kB", "HTML gz, kB", "linked gz, kB", "files", "in all, kB", "ok?")
    rows = [
        (
            name,
            *(f"{weight[part] / 1000:.1f}" for part in ("plain", "sent", "linked")),
            str(weight["files"]),
            f"{weight['in all'] / 1000:.1f}",
            "yes" if weight["in all"] <= MOST_BYTES else f"**no: more than {MOST_BYTES / 1000:.0f}**",
        )
        for name, weight in weights
    ]
    return table(head, rows)


def _facts(facts: list[Fact]) -> str:
    rows = [(name, found, target, "yes" if ok else "**no**") for name, found, target, ok in facts]
    return table(("Other", "found", "target", "ok?"), rows)


def plans_markdown(found: Iterable[tuple[Result, Sequence[Plan]]]) -> str:
    """Every query that reads a growing table, with its plan; and how much room tables and indexes take."""
    parts = []
    for result, plans in found:
        parts += [
            f"# {result.database}",
            table(
                ("Table", "index", "MB"), [(name, index or "–", f"{size:.1f}") for name, index, size in result.sizes]
            ),
        ]
        for plan in plans:
            parts.append(
                f"## {plan.page}{' — READS TOO MUCH: ' + plan.bad if plan.bad else ''}\n\n`{plan.statement}`\n\n```\n{plan.steps}\n```"
            )
    return "\n\n".join(parts) + "\n"
