"""How screens answer the browser. The web server is asynchronous: a plain function must not run on its event loop."""

import asyncio
import functools
import inspect
from collections.abc import Callable
from typing import Any

from dash import Dash

from besok.store.database import Database


class Callbacks:
    """Registers callbacks; plain functions are run in a thread, so that a slow query stops nobody else."""

    def __init__(self, app: Dash, database: Callable[[], Database]) -> None:
        self.app = app
        self.database = database

    def on(self, *args: Any, **kwargs: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Use instead of `app.callback`."""

        def register(function: Callable[..., Any]) -> Callable[..., Any]:
            self.app.callback(*args, **kwargs)(_off_the_loop(function))
            return function

        return register


def _off_the_loop(function: Callable[..., Any]) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(function):
        return function

    @functools.wraps(function)
    async def run(*args: Any, **kwargs: Any) -> Any:
        return await asyncio.to_thread(function, *args, **kwargs)

    return run
