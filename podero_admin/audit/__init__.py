"""The append-only log of who did what to whom, when, with what outcome."""
