"""What a command takes when nothing is said must be something that it would take; each command can be reached, and says
in a sentence what the system refuses it."""

import errno
import inspect
from collections.abc import Callable, Iterator
from typing import Any, get_type_hints

import pytest
import typer
from typer.models import ParameterInfo

from cli import main
from cli.main import app
from tests.commands import besok, complaint


def commands(of: typer.Typer) -> Iterator[Callable[..., Any]]:
    yield from (command.callback for command in of.registered_commands if command.callback)
    for group in of.registered_groups:
        if group.typer_instance:
            yield from commands(group.typer_instance)


def defaults() -> Iterator[tuple[str, Any, ParameterInfo]]:
    for command in commands(app):
        hints = get_type_hints(command, include_extras=True)
        for name, parameter in inspect.signature(command).parameters.items():
            infos = [m for m in getattr(hints[name], "__metadata__", ()) if isinstance(m, ParameterInfo)]
            if infos and isinstance(parameter.default, int | float):
                yield f"{command.__module__}.{command.__name__} {name}", parameter.default, infos[0]


def test_every_default_lies_within_its_bounds() -> None:
    found = list(defaults())
    assert len(found) > 20
    for name, default, info in found:
        assert info.min is None or info.min <= default, name
        assert info.max is None or default <= info.max, name


def test_everything_that_a_command_takes_is_explained() -> None:
    unexplained = []
    for command in commands(app):
        hints = get_type_hints(command, include_extras=True)
        for name in inspect.signature(command).parameters:
            infos = [m for m in getattr(hints[name], "__metadata__", ()) if isinstance(m, ParameterInfo)]
            if not any(info.help or info.hidden for info in infos):
                unexplained.append(f"{command.__module__}.{command.__name__} {name}")
    assert unexplained == []


def test_no_group_hides_another_of_its_name() -> None:
    def twice(of: typer.Typer) -> Iterator[str]:
        names = [group.name for group in of.registered_groups]
        yield from (str(name) for name in names if names.count(name) > 1)
        for group in of.registered_groups:
            if group.typer_instance:
                yield from twice(group.typer_instance)

    assert list(twice(app)) == []


def test_what_the_system_refuses_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/srv/besok.backup")

    monkeypatch.setattr(main, "application", lambda _groups: full)
    with pytest.raises(SystemExit, match=r"No space left on device: '/srv/besok\.backup'"):
        main.main()


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        ("headcount add library hall 3 --at 25:00", "2026-11-25T14:30 or 2026-11-25 14:30 or 14:30"),
        ("report monthly library --month 2026-13", "2026-11"),
        ("action done sundays --site library --since soon", "2026-11-25"),
    ],
)
def test_a_wrong_time_is_refused_with_an_example(words: str, advice: str) -> None:
    done = besok("postgresql://nowhere", *words.split())
    assert done.exit_code == 2
    assert f"write it as {advice} ╰" in complaint(done)
