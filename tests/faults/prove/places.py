"""Where a press and a settler's pass can die: the boundaries of their phases, as statements to the database."""

REGISTRATION, ATTEMPT = 'UPDATE "registrations_registration"', 'UPDATE "registrations_attempt"'
#: In place of a statement: as soon as the transaction of the last one is committed.
COMMITTED = "commit"
#: Where a press can die: after these statements have passed, before the next that starts so.
PRESS = {
    "nothing stored": ((), 'INSERT INTO "registrations_registration"'),
    "pending, not committed": ((), 'INSERT INTO "registrations_attempt"'),
    "pending": ((), REGISTRATION),
    "sending, not committed": ((REGISTRATION,), ATTEMPT),
    "sending": ((REGISTRATION, ATTEMPT), COMMITTED),
    "sent": ((REGISTRATION, ATTEMPT), COMMITTED),
    "carried out": ((REGISTRATION, ATTEMPT), COMMITTED),
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
