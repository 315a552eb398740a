"""Where a press and a settler's pass can die: the boundaries of their phases, as statements to the database."""

REGISTRATION, ATTEMPT = 'UPDATE "registrations_registration"', 'UPDATE "registrations_attempt"'
#: Where a press can die: after these statements have passed, before the next that starts so.
PRESS = {
    "nothing stored": ((), 'INSERT INTO "registrations_registration"'),
    "pending, not committed": ((), 'INSERT INTO "registrations_attempt"'),
    "pending": ((), REGISTRATION),
    "sending, not committed": ((REGISTRATION,), ATTEMPT),
    "sending": ((REGISTRATION, ATTEMPT), 'SELECT "cache_key"'),
    "sent": ((REGISTRATION, ATTEMPT), 'SELECT "cache_key"'),
    "carried out": ((REGISTRATION, ATTEMPT), 'SELECT "cache_key"'),
    "answered": ((REGISTRATION, ATTEMPT), ATTEMPT),
    "confirmed, not committed": ((REGISTRATION, ATTEMPT, ATTEMPT), REGISTRATION),
    "confirmed": ((), "never"),
}
SETTLE = {
    "claimed": ((REGISTRATION,), "SELECT"),
    "listed": ((REGISTRATION,), 'SELECT "vehicles_vehicle"'),
    "found, not committed": ((REGISTRATION,), REGISTRATION),
}
#: These die a moment later, while the request is on its way; the sandbox is slow before or after its work.
LATER = {"sent": 0.2, "carried out": 0.2}
