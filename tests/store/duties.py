"""What duties of tests do in a process of their own, which loads no more than it needs."""

import signal
from datetime import datetime

from besok.store.database import Database


def killed(_: Database, _now: datetime) -> None:
    signal.raise_signal(signal.SIGKILL)


def hang(_: Database, _now: datetime) -> None:
    """Do what a run does whose alarm goes off, if it has one."""
    if signal.alarm(0):
        signal.raise_signal(signal.SIGALRM)


def sleep(own: Database, _now: datetime) -> None:
    """Work for hours."""
    with own.transaction() as conn:
        conn.execute("select pg_sleep(3600)")


def rest(_: Database, _now: datetime) -> None:
    """Be done at once."""
