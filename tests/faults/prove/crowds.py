"""The parts that are no matter of one registration: many who read, many who write, answers and posts of every kind."""

import argparse
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from tests.faults.prove.answering import Answering
from tests.faults.prove.levers import Control
from tests.faults.prove.posting import Posting
from tests.faults.prove.pressing import Crew
from tests.faults.prove.reading import Readers, Sights
from tests.faults.prove.stage import IN_OPERATION, LIMITS, Stage
from tests.faults.prove.watching import Watching
from tests.faults.prove.ways import WAYS
from tests.faults.prove.writing import Writing

#: How many customers each part has for itself.
OF_A_WRITER, MOST_OF_MUTATIONS, OF_POSTS = 3, 40, 12


def of_mutations(options: argparse.Namespace) -> int:
    """Few in a short run, since each is told of by a sound answer first."""
    return min(MOST_OF_MUTATIONS, 4 + options.mutations // 10) if options.mutations else 0


def crowd_customers(options: argparse.Namespace) -> int:
    return int(options.writers * OF_A_WRITER + of_mutations(options) + OF_POSTS * bool(options.posts))


@dataclass
class Crowds:
    stage: Stage
    control: Control
    crew: Crew
    customers: Sequence[Any]
    options: argparse.Namespace
    part: Callable[[str], AbstractContextManager[None]]
    stopping: threading.Event
    problems: list[str]

    def __post_init__(self) -> None:
        """One of each organisation in turn, so that the next few are always of both; those left over come last."""
        groups = [[each for each in self.customers if each.organization_id == key] for key in self.crew.agents]
        self.customers = [each for turn in zip_longest(*groups) for each in turn if each]

    def before_the_end(self) -> None:
        self.readers()
        self.writers()

    def after_the_end(self) -> None:
        self.mutations()
        self.posts()

    def _next(self, count: int) -> list[Any]:
        taken, self.customers = list(self.customers[:count]), self.customers[count:]
        return taken

    def readers(self) -> None:
        options = self.options
        if not options.readers or self.stopping.is_set():
            return
        with self.part("readers"):
            if not options.readers_scaled:
                self.stage.restart(IN_OPERATION)
            readers = Readers(
                self.crew, Sights.shown_to(self.crew), options.readers, options.readers_pace, options.seed
            )
            watching = Watching(self.stage, self.control, readers, self.crew, options, self.stopping)
            watching.run([way for way in WAYS if options.ways in way])
            self.problems += watching.problems
            if not options.readers_scaled:
                self.stage.restart(LIMITS)

    def writers(self) -> None:
        if not self.options.writers or self.stopping.is_set():
            return
        with self.part("writers"):
            customers = self._next(self.options.writers * OF_A_WRITER)
            writing = Writing(self.stage, self.crew, customers, self.options, self.stopping)
            writing.run()
            self.problems += writing.problems

    def mutations(self) -> None:
        if not self.options.mutations or self.stopping.is_set():
            return
        with self.part("mutations"):
            answering = Answering(
                self.stage, self.control, self.crew, self._next(of_mutations(self.options)), self.options
            )
            answering.run(self.stopping)
            self.problems += answering.problems

    def posts(self) -> None:
        if not self.options.posts or self.stopping.is_set():
            return
        with self.part("posts"):
            posting = Posting(self.stage, self.control, self.crew, self._next(OF_POSTS), self.options)
            posting.run(self.stopping)
            self.problems += posting.problems
