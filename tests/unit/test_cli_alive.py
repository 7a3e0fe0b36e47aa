"""What a health check says of a service, and how one ends that only looks alive."""

import signal
import sys
import threading
from collections.abc import Iterator

import pytest
import typer

from besok.model.settings import Settings
from cli.serving import alive, status
from cli.serving.settings import serve
from cli.serving.status import Watched
from cli.stack import ports


def test_a_service_is_asked_whether_it_is_ready(capsys: pytest.CaptureFixture[str]) -> None:
    (port,) = ports.free()
    problems = ["the broker is away", None]
    watched = Watched(families=lambda _now: [], problem=lambda _now: problems.pop(0))
    with status.status_server(Settings(collector_port=port), "collector_port", watched):
        assert (alive.main(port), alive.main(port)) == (1, 0)
    assert alive.main(port) == 1
    assert capsys.readouterr().out.startswith("not ready: the broker is away\nready\nnobody answers on port")


@pytest.fixture
def as_before() -> Iterator[None]:
    """Undo what a service sets for its whole process."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("as_before")
def test_a_service_ends_with_each_of_its_threads(capsys: pytest.CaptureFixture[str]) -> None:
    def run(_: Settings, stop: threading.Event) -> None:
        threading.Thread(target=lambda: [][0], name="news").start()
        stop.wait()

    before = threading.excepthook
    with pytest.raises(typer.Exit) as ended:
        serve(run, "jobs")
    assert ended.value.exit_code == 1 and threading.excepthook is before
    said = capsys.readouterr().err
    assert "CRITICAL" in said and "thread news" in said and "IndexError" in said


@pytest.mark.usefixtures("as_before")
def test_a_thread_that_ends_itself_has_not_died(capsys: pytest.CaptureFixture[str]) -> None:
    def run(_: Settings, stop: threading.Event) -> None:
        thread = threading.Thread(target=sys.exit)
        thread.start()
        thread.join()

    serve(run, "jobs")
    assert "died" not in capsys.readouterr().err
