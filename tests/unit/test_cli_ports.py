import socket
from pathlib import Path

from cli.stack import ports
from cli.stack.home import Home


def test_free_ports_differ_and_can_be_listened_on():
    found = ports.free(3)
    assert len(set(found)) == 3
    assert all(ports.is_free(port) for port in found)


def test_a_port_in_use_is_not_free_and_answers():
    with socket.create_server((ports.HOST, 0)) as server:
        port = server.getsockname()[1]
        assert not ports.is_free(port)
        assert ports.answers(port)
    assert not ports.answers(port)


def test_asking_whether_a_demo_runs_makes_no_folder(tmp_path: Path) -> None:
    """A container may not write where the folder would be."""
    assert not Home(path=tmp_path / "home").is_running()
    assert not (tmp_path / "home").exists()
