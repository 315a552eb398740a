"""What stops a start, and how."""

import sys
from typing import NoReturn


class ConfigurationError(Exception):
    """One sentence for each value that is wrong or missing."""


def refuse_to_start(problems: object) -> NoReturn:
    """End this process with the sentences that say what to set."""
    sys.exit(f"podero_admin cannot start.\n{problems}")
