"""Tokens of the receiver: made, and recognised in a request."""

import hmac
from collections.abc import Sequence

from paho.mqtt.client import topic_matches_sub

from besok.model import tokens
from besok.store import receive_tokens
from besok.store.database import Database
from besok.store.receive_tokens import ReceiveToken

RANDOM_BYTES = 15  # 120 bits: 24 letters and digits, which every device has room for


def make() -> tuple[str, bytes]:
    """Make a token; returns it and the digest that is kept of it."""
    return tokens.make(RANDOM_BYTES)


def may_send(token: ReceiveToken, device: str) -> bool:
    """Tell whether a token is for a device, by what stands behind /in/."""
    return any(topic_matches_sub(wanted, device) for wanted in token.devices)


class Tokens:
    """The tokens of the database, as they were when it last answered: a database that is away stops nobody."""

    def __init__(self) -> None:
        self._known: Sequence[ReceiveToken] | None = None

    @property
    def loaded(self) -> bool:
        """Tell whether they have been read at all."""
        return self._known is not None

    def load(self, db: Database) -> None:
        """Read them. Raises StoreError; what was read before then stays."""
        self._known = receive_tokens.load_all(db)

    def find(self, token: str) -> ReceiveToken | None:
        """Return what is known of a token. Each is compared, in a time that tells nothing of how alike they are."""
        given = tokens.digest(token)
        found = [known for known in self._known or () if hmac.compare_digest(known.digest, given)]
        return found[0] if found else None
