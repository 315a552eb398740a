"""A lane's run: one look after the other, and what each of them means for those that follow."""

import logging
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from podero_admin.core.access import Access
from podero_admin.core.errors import ApplicationError
from podero_admin.directory.attention import customer_failed
from podero_admin.mirror.services import budget
from podero_admin.mirror.services.passes import pass_failed, pass_note
from podero_admin.mirror.services.reach import is_away
from podero_admin.mirror.services.turns import Turn, each_at_its_moment, turns_give_back, turns_take
from podero_admin.podero.errors import AuthenticationFailed, NotConfigured, RateLimited
from podero_admin.registrations.services import vehicles_look

logger = logging.getLogger(__name__)
PAUSE_WHEN_REFUSED = 60.0
PAUSE_WHEN_FAILING = 30.0
FAILING = 5
UNUSABLE = "Podero answers, but its answers cannot be used at the moment."
UNFORESEEN = "Something unforeseen happened on our side."


@dataclass
class Run:
    """What a lane's run did; `problem` says why it ended before its time, and whether that ends by waiting."""

    had_lane: bool
    answered: int = 0
    failures: list[str] = field(default_factory=list)
    in_a_row: int = 0
    problem: str = ""
    may_wait: bool = False

    @property
    def looked(self) -> int:
        return self.answered + len(self.failures)


def lane_run(*, access: Access, organization_id: UUID, due_by: datetime | None = None) -> Run:
    """Ask about whoever is due until the time is over, nobody is due any more, or Podero does not want to be asked.

    A process that is killed loses lane and claims after a while, and others go on.
    """
    with budget.lane(organization_id) as is_mine:
        run = Run(had_lane=is_mine)
        if is_mine:
            _go_on(access, organization_id, run, due_by)
            pass_note(organization_id=organization_id)
    return run


def _go_on(access: Access, organization_id: UUID, run: Run, due_by: datetime | None) -> None:
    end = timezone.now() + budget.RUN
    while not run.problem and timezone.now() < end:
        turns = turns_take(organization_id, end=end, due_by=due_by)
        if not turns:
            return
        for turn in each_at_its_moment(turns, end=end, is_over=lambda: bool(run.problem)):
            _look(access, turn, run)


def _look(access: Access, turn: Turn, run: Run) -> None:
    try:
        vehicles_look(access=access, customer=turn.customer)
    except ApplicationError as refused:
        _judge(turn, refused, run)
    except Exception:
        logger.exception("The vehicles of customer %s could not be kept.", turn.customer.id)
        _fail(turn, UNFORESEEN, run)
    else:
        run.answered, run.in_a_row = run.answered + 1, 0


def _judge(turn: Turn, refused: ApplicationError, run: Run) -> None:
    """It may be about this one customer, or about all: then nobody is asked about for a while, and nothing changes."""
    cause, organization_id = refused.__cause__, turn.customer.organization_id
    if isinstance(cause, RateLimited | AuthenticationFailed | NotConfigured):
        seconds = getattr(cause, "retry_after", None)
        pause = PAUSE_WHEN_REFUSED if seconds is None else seconds
        _stop(turn, str(cause), run)
        run.may_wait = isinstance(cause, RateLimited)
        budget.organization_pause(organization_id, seconds=pause, reason=run.problem)
    elif is_away(organization_id, cause):
        _stop(turn, str(cause), run)
    else:
        _fail(turn, refused.message, run)


def _stop(turn: Turn, problem: str, run: Run) -> None:
    turns_give_back([turn])
    run.problem = problem


def _fail(turn: Turn, sentence: str, run: Run) -> None:
    """Many in a row are no longer about one customer each."""
    organization_id = turn.customer.organization_id
    run.failures.append(f"{turn.customer.id}: {sentence}")
    run.in_a_row += 1
    customer_failed(turn.customer, now=timezone.now())
    pass_failed(organization_id=organization_id)
    if run.in_a_row >= FAILING:
        run.problem = UNUSABLE
        budget.organization_pause(organization_id, seconds=PAUSE_WHEN_FAILING, reason=UNUSABLE)
