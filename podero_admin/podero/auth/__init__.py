"""The OAuth2 token: who we are, what we may do now, and one fetch however many ask."""

from podero_admin.podero.auth.answer import LONGEST_LIFE, SHORT_LIFE, lifetime_in_seconds
from podero_admin.podero.auth.credentials import Credentials
from podero_admin.podero.auth.source import TokenAtHand, TokenSource
from podero_admin.podero.auth.tokens import MemoryTokenStore, Token, TokenStore

__all__ = [
    "LONGEST_LIFE",
    "SHORT_LIFE",
    "Credentials",
    "MemoryTokenStore",
    "Token",
    "TokenAtHand",
    "TokenSource",
    "TokenStore",
    "lifetime_in_seconds",
]
