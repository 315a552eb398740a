"""Unit tests of the API client, at the wire."""
