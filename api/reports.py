"""Heavy questions: a few at a time, on connections of their own, a few of each caller."""

import contextlib
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from api.limits import Callers, Gate, Share, caller_of
from besok.store.database import Database

SHARE = Share(alone=(1, 1), shared=(2, 4), patience_s=30)
WAITING = 12
PATIENCE_S = 30.0  # what a caller, and the proxies on the way, will wait


class Reports:
    """The pool of heavy questions, and who may use it now: as many as it has connections."""

    def __init__(self, db: Database, connections: int) -> None:
        self.db = db
        self._all = Gate(room=connections, waiting=WAITING, patience_s=PATIENCE_S)
        self._callers = Callers(SHARE)

    @contextlib.asynccontextmanager
    async def turn(self, request: Request) -> AsyncIterator[Database]:
        """Wait for a turn to ask something heavy. Raises Busy."""
        async with self._callers.turn(caller_of(request.scope)), self._all.turn(own=False):
            yield self.db


async def _reports(request: Request) -> AsyncIterator[Database]:
    reports: Reports = request.app.state.reports
    async with reports.turn(request) as db:
        yield db


ReportDb = Annotated[
    Database, Depends(_reports, scope="function")
]  # until the rows are there, not until they are read
