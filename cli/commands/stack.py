"""The commands `besok demo` and `besok doctor`."""

from pathlib import Path
from typing import Annotated

import typer

from cli.commands.sitefiles import as_sandbox, read


def demo(
    history_days: Annotated[int, typer.Option(min=0, help="Days of simulated history.")] = 3 * 365,
    site_file: Annotated[
        Path | None, typer.Option(help="The sites to simulate; an invented library and park if left out.")
    ] = None,
) -> None:
    """Run the whole system on this machine with simulated sensors."""
    from cli.stack import demo as stack
    from cli.stack.program import EXAMPLE

    stack.run(as_sandbox(read(site_file or EXAMPLE)), history_days)


def doctor() -> None:
    """Say what works and what does not."""
    from cli.stack.doctor import report

    raise typer.Exit(report())
