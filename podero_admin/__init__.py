"""The console for the vehicles of our customers on the Podero platform."""

__version__ = "0.1.0"
