import socket
import sys
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

from besok.model.errors import SettingsError, StackError
from besok.model.settings import load
from cli.stack import ports
from cli.stack.home import Home


@pytest.mark.parametrize(("name", "port"), [("MQTT_PORT", "0"), ("PORT", "70000"), ("JOBS_PORT", "-1")])
def test_what_is_no_port_is_refused_at_the_start(
    name: str, port: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"BESOK_{name}", port)
    with pytest.raises(SettingsError, match=f"BESOK_{name}: "):
        load()


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


def test_a_port_that_another_process_has_chosen_is_not_chosen_too(tmp_path: Path) -> None:
    """Its server does not listen yet."""
    (port,) = ports.free()
    command = f"from cli.stack import ports; print(ports.claim({port}), flush=True); input()"
    with Popen([sys.executable, "-c", command], stdin=PIPE, stdout=PIPE, text=True) as other:
        assert other.stdout and other.stdout.readline() == "True\n"
        assert ports.is_free(port) and not ports.claim(port)
        assert Home(path=tmp_path)._port("mosquitto", port) != port
        other.communicate("\n")
    assert ports.claim(port) and ports.claim(port)
    with socket.create_server((ports.HOST, port)):
        assert not ports.claim(port)


def test_without_a_free_port_it_is_said_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "claim", lambda _port: False)
    with pytest.raises(StackError, match="No port is free for web: end other servers"):
        Home(path=tmp_path)._port("web", 8050)


def test_asking_whether_a_demo_runs_makes_no_folder(tmp_path: Path) -> None:
    """A container may not write where the folder would be."""
    assert not Home(path=tmp_path / "home").is_running()
    assert not (tmp_path / "home").exists()
