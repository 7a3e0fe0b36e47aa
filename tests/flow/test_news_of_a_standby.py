"""Changes of a database that is a standby when it is asked: they come once it has taken over."""

import logging
import queue
import shutil
import subprocess
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from besok.store.notify import RECONNECTED, Notice, listen
from cli.stack import ports, postgres, program
from tests.flow.servers import served
from tests.patience import ANSWER_S, wait_for


def test_news_are_waited_for_until_a_standby_takes_over(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cluster = postgres.Cluster(
        folder=folder / "db", port=ports.free()[0], user=program.unprivileged("postgres")
    )
    cluster.folder.mkdir(mode=0o755)

    def prepare() -> None:
        cluster.prepare()
        standby = cluster.data / "standby.signal"
        standby.touch()
        if cluster.user:
            shutil.chown(standby, cluster.user)
        with (cluster.data / "postgresql.conf").open("a") as conf:
            conf.write("max_connections = 100\n")  # as initdb had it, or a standby does not start

    stop, heard = threading.Event(), queue.Queue[Notice]()

    def hear() -> None:
        for notice in listen(cluster.url(), ["sites"], stop):
            heard.put(notice)

    hearing = threading.Thread(target=hear)
    with (
        served(replace(cluster.program(), prepare=prepare), cluster.ready, folder / "db.log"),
        caplog.at_level(logging.WARNING),
    ):
        hearing.start()
        try:
            wait_for(lambda: "during recovery" in caplog.text)
            assert heard.empty()
            promote = (str(postgres.BIN / "pg_ctl"), "promote", "-D", str(cluster.data))
            subprocess.run(program.wrapped(promote, cluster.user), cwd="/", check=True, capture_output=True)
            assert heard.get(timeout=ANSWER_S).channel == RECONNECTED
        finally:
            stop.set()
            hearing.join()
