"""What stops a start."""


class ConfigurationError(Exception):
    """One sentence for each value that is wrong or missing."""
