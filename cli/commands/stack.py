"""The commands `besok demo` and `besok doctor`."""

from pathlib import Path
from typing import Annotated

import typer

from cli.commands.options import ScenarioOption


def demo(
    history_days: Annotated[int, typer.Option(min=0, help="Days of simulated history.")] = 3 * 365,
    site_file: Annotated[
        Path | None, typer.Option(help="The sites to simulate; an invented library and park if left out.")
    ] = None,
    scenario: ScenarioOption = "",
) -> None:
    """Run the whole system on this machine with simulated sensors; what a scenario changes holds from today on."""
    from api.sign_in import gate
    from api.sign_in.provider import Provider
    from besok.model import settings
    from besok.model.topics import topic_filters
    from cli.commands.sitefiles import as_sandbox, read
    from cli.serving.http import trusted_proxies
    from cli.stack import demo as stack
    from cli.stack.program import EXAMPLE

    loaded = settings.load(stack.REPLACED)  # what can never work is said before anything is started
    gate.checked(loaded.public_url)
    trusted_proxies(loaded)
    Provider(loaded)
    topic_filters(loaded.mqtt_topics)

    scenario_name = (
        str(Path(scenario).resolve()) if Path(scenario).suffix else scenario
    )  # a file, for programs elsewhere
    stack.run(as_sandbox(read(site_file or EXAMPLE)), history_days, scenario_name, loaded.receive_folder)


def doctor() -> None:
    """Say what works and what does not."""
    from cli.stack.doctor import report

    raise typer.Exit(report())
