"""Expensive queries: a few at a time, on a connection pool of their own, with a limit for each caller."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from api.limits import Callers, Gate, Share, caller_of
from besok.store.database import Database

SHARE = Share(alone=(1, 1), shared=(2, 4), patience_s=30)
WAITING = 12
PATIENCE_S = 30.0  # what a caller, and the proxies on the way, will wait


class Reports:
    """The pool for expensive queries, with as many turns as connections."""

    def __init__(self, db: Database, connections: int) -> None:
        self.db = db
        self._all = Gate(room=connections, waiting=WAITING, patience_s=PATIENCE_S)
        self._callers = Callers(SHARE)

    @contextlib.asynccontextmanager
    async def turn(self, request: Request) -> AsyncIterator[Database]:
        """Wait for a turn of an expensive query. Raises Busy."""
        async with self._callers.turn(caller_of(request.scope)), self._all.turn(own=False):
            yield self.db


Found = TypeVar("Found")
Ask = Callable[[Database, datetime, datetime], Found]


async def in_one(request: Request, ask: Ask[Found], start: datetime, end: datetime) -> Found:
    """Return what is found from `start` to `end`, in one turn."""
    reports: Reports = request.app.state.reports
    async with reports.turn(request) as db:
        return await run_in_threadpool(ask, db, start, end)


async def in_turn(
    request: Request, parts: Iterable[tuple[datetime, datetime]], ask: Ask[Found]
) -> AsyncIterator[Found]:
    """Yield what is found in each part of a time, a turn for each: who reads slowly holds nobody up.

    The next one is sought while a part is written and read.
    """
    tasks = (asyncio.create_task(in_one(request, ask, start, end)) for start, end in parts)
    ahead = next(tasks, None)
    try:
        while ahead:
            rows, ahead = await ahead, next(tasks, None)
            yield rows
    finally:
        if ahead:  # whoever reads has left
            ahead.cancel()
            await asyncio.wait([ahead])


async def _reports(request: Request) -> AsyncIterator[Database]:
    reports: Reports = request.app.state.reports
    async with reports.turn(request) as db:
        yield db


ReportDb = Annotated[
    Database, Depends(_reports, scope="function")
]  # until the rows are there, not until they are read
