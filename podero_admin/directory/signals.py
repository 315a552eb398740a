"""What other apps may want to know of customers."""

from django.dispatch import Signal

#: Podero lists these customers no longer; sent with `customer_ids` and `at`, in the transaction that says so.
customers_gone = Signal()
