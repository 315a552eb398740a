"""Eight at once: every event gets its turn, none is lost, no number is left out."""

from concurrent.futures import ThreadPoolExecutor

from django.db import connection, transaction

from podero_admin.audit.actions import Action
from podero_admin.audit.models import Event
from podero_admin.audit.services import record, verify_chain
from podero_admin.core.access import Access

THREADS, EACH = 8, 12


def _write(thread: int) -> None:
    try:
        for turn in range(EACH):
            with transaction.atomic():
                record(Action.SIGNED_IN, access=Access.system(request_id=f"{thread}-{turn}"))
                if turn % 4 == 3:
                    transaction.set_rollback(True)
    finally:
        connection.close()


def test_numbers_have_no_gap_under_eight_threads(transactional_db: None):
    before = Event.objects.count()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(_write, range(THREADS)))
    numbers = list(Event.objects.order_by("number").values_list("number", flat=True))
    assert len(numbers) == before + THREADS * EACH * 3 // 4
    assert numbers == list(range(1, len(numbers) + 1))
    assert verify_chain().is_unbroken
