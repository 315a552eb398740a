"""What the dashboard's processes weigh: memory that is theirs alone, and how much it grows."""

from tests.faults.prove.stage import Stage

MOST_GROWN_MB = 50.0


class Weighing:
    """Weighed once after the warm-up and once at the end; a process that was replaced meanwhile is a problem itself."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.before = self._now()

    def _now(self) -> dict[int, float]:
        return {each.pid: each.memory_full_info().uss / 2**20 for each in self.stage.web_workers()}

    def judge(self) -> tuple[str, list[str]]:
        """In words, and what is wrong with it."""
        after = self._now()
        if set(after) != set(self.before):
            return "not known", ["a process of the dashboard was replaced meanwhile"]
        grown = max(after[pid] - self.before[pid] for pid in after)
        text = f"{max(self.before.values()):.0f} to {max(after.values()):.0f} MB, {grown:+.1f} MB at most"
        return text, [f"a process grew by {grown:.0f} MB"] if grown > MOST_GROWN_MB else []
