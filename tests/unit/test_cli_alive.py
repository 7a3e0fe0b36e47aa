"""What a health check says of a service."""

import pytest

from besok.model.settings import Settings
from cli.serving import alive, status
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
