"""The commands `besok broker`: its accounts."""

from pathlib import Path
from typing import Annotated

import typer

from besok.model.given_files import text
from besok.model.plurals import many
from besok.model.site import SiteFile
from cli.broker import accounts, mosquitto_files
from cli.broker.account_folder import FORMER, Folder
from cli.commands.options import SiteFileOption
from cli.commands.sitefiles import as_sandbox, read, stored

app = typer.Typer(no_args_is_help=True)


@app.command()
def config(
    folder: Annotated[Path, typer.Argument(help="Where to write; passwords that are there are kept.")],
    site_file: SiteFileOption = None,
    publishers: Annotated[
        Path | None, typer.Option(help="A file that names gateways, network servers and bridges.")
    ] = None,
    collector: Annotated[
        list[str] | None, typer.Option(help="The BESOK_MQTT_CLIENT_ID of each collector.")
    ] = None,
    tls: Annotated[
        str, typer.Option(help="Folder of broker.crt and broker.key, as the broker sees it: adds port 8883.")
    ] = "",
    seen_as: Annotated[str, typer.Option(help="How the broker sees the folder `mosquitto`.")] = "",
    keep: Annotated[
        Path | None, typer.Option(help="An older file of Mosquitto's passwords, whose accounts stay.")
    ] = None,
    programs_only: Annotated[
        bool, typer.Option(help="Only the accounts of Besök's programs and of the publishers that are named.")
    ] = False,
    sandbox: Annotated[
        bool, typer.Option(help="The sites are sandboxes: the simulator has an account.")
    ] = False,
) -> None:
    """Write an account for each publisher and program, bound to its topics, for Mosquitto and for RabbitMQ."""
    sites = SiteFile() if programs_only else read(site_file) if site_file else stored()
    sites = as_sandbox(sites) if sandbox else sites
    senders = accounts.parse(text(publishers), str(publishers)) if publishers else ()
    hashes = mosquitto_files.known_hashes(text(keep)) if keep and keep.exists() else {}
    hashes.pop(FORMER.name, None)
    made = accounts.accounts(sites.sites, senders, collector or [accounts.COLLECTOR], former=[*hashes])
    Folder(path=folder, seen_as=seen_as).write(made, hashes, tls=tls)
    print(f"{many(len(made.accounts), 'account')} in {folder}; the password of each is in accounts/NAME.")
    for account in made.accounts:
        if account.writes == ("#",) and not account.program:
            print(f"{account.name} may write everywhere: name its topics under [[publishers]].")
    if made.unclaimed:
        print(f"Nobody may publish for {', '.join(made.unclaimed)}: name who does under [[publishers]].")
