"""JSON bodies of formats without a field of their own for simulated data."""

import json
from typing import Any

from sensors_sim.reports import MARK


def compact(body: dict[str, Any]) -> bytes:
    """Encode the body with the mark of simulated data, without spaces."""
    return json.dumps({**body, MARK: True}, separators=(",", ":")).encode()
