"""The proving machine: one press, one vehicle, under faults, kills and crowds."""
