"""Random tokens for sessions, keys and receiving counters; only their hash is stored."""

import base64
import secrets
from hashlib import sha256


def make(random_bytes: int) -> tuple[str, bytes]:
    """Make a token of so many random bytes, in lower-case letters and digits; returns it and its digest."""
    token = base64.b32encode(secrets.token_bytes(random_bytes)).decode().rstrip("=").lower()
    return token, digest(token)


def digest(token: str) -> bytes:
    """Return the stored digest of a token. Nobody guesses 120 random bits, so the hash need not be slow."""
    return sha256(token.encode("utf-8", "surrogateescape")).digest()


def presented(authorization: str) -> str:
    """Return the token in an Authorization header, the password of Basic or what follows Bearer; "" if none is."""
    scheme, _, value = authorization.strip().partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value.strip(), validate=True).decode().partition(":")[2]
    except ValueError:  # no base64, or no text in it
        return ""
