"""Fills the mirror from a sandbox with real workers, one of them killed, and checks every vehicle."""
