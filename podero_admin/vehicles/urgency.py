"""In which order vehicles want to be looked at: a number per health, kept with each vehicle for its lists."""

from podero_admin.vehicles.statuses import Health

URGENCY = {
    Health.ACTION_NEEDED: 0,
    Health.LIFECYCLE_ERROR: 1,
    Health.ERROR: 2,
    Health.NOT_CONNECTED: 3,
    Health.WARNING: 4,
    Health.NOTHING_KNOWN: 5,
    Health.HEALTHY: 6,
    Health.DELETED: 7,
}
URGENCY_GONE = 8
