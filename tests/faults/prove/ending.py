"""What a person and seven days do: reviews decided, the watch moved forward, one nightly sweep."""

import sys
import time

from tests.faults.prove.checking import ledger
from tests.faults.prove.pressing import Crew
from tests.faults.prove.stage import Stage
from tests.faults.prove.telling import say

SETTLED_WITHIN = 240.0


class Ending:
    def __init__(self, stage: Stage, crew: Crew, problems: list[str]) -> None:
        self.stage, self.crew, self.problems = stage, crew, problems

    def decide_reviews(self) -> None:
        """Seniors decide every second one: the vehicle of the ledger, or none; the others wait for the truth."""
        from podero_admin.registrations.models import Registration

        made = {str(each.attempt): each.vehicle for each in ledger(self.stage.ledger)}
        reviews = list(Registration.objects.filter(outcome="review").order_by("id"))
        for row in reviews[::2]:
            vehicles = [made[str(each.id)] for each in row.attempts.all() if str(each.id) in made]
            choice = vehicles[0] if vehicles else "none"
            if vehicles and choice not in row.candidate_ids:
                self.problems.append(f"{row.reference}: the vehicle is not among the candidates")
            status = self.crew.seniors[row.organization_id].decide(row.reference, choice)
            if status != 302:
                self.problems.append(f"{row.reference}: the decision was answered with {status}")
        say(f"reviews: {len(reviews)}, of which seniors decided {len(reviews[::2])}")

    def watch(self) -> None:
        """The looks of the seven days after, now: due times are moved, the product's own settler does the rest."""
        from django.core.management import call_command
        from django.utils import timezone

        from podero_admin.registrations.models import Registration

        watched = Registration.objects.filter(outcome__in=["not_sent", "absent"], next_check_at__isnull=False)
        say(f"watched for seven days: {watched.count()}")
        moment = timezone.now()
        watched.update(next_check_at=moment)
        end = time.monotonic() + SETTLED_WITHIN
        while Registration.objects.filter(next_check_at__lte=moment).exists() and time.monotonic() < end:
            call_command("settle", stdout=sys.stderr)
            time.sleep(0.2)

    def look_over(self) -> None:
        """The nightly sweep: nobody else would find a second car of a registration that is confirmed."""
        from django.core.management import call_command

        with (self.stage.var / "sweep.log").open("w") as output:
            call_command("sweep", stdout=output, stderr=output)
        say((self.stage.var / "sweep.log").read_text().strip().splitlines()[-1])
