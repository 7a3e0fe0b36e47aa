"""The command `besok database roles`: passwords for the programs' own roles."""

import secrets
from typing import Annotated

import typer

from besok.model.settings import secret
from besok.store import roles
from cli.serving.settings import settings

app = typer.Typer(no_args_is_help=True)

ROLES = ("collector", "jobs", "web", "reader")


@app.command("roles")
def give_passwords(
    only: Annotated[
        list[str] | None,
        typer.Option(help="Only this one: collector, jobs, web or reader. Repeat for several."),
    ] = None,
) -> None:
    """Let the roles besok_collector, besok_jobs, besok_web and besok_reader sign in.

    Each takes its password from BESOK_DB_COLLECTOR_PASSWORD and so on, or the file in BESOK_DB_COLLECTOR_PASSWORD_FILE;
    one that has none there gets a new one, which is printed. Run as the owner of the database, after `besok migrate`.
    """
    chosen = only or ROLES
    if unknown := sorted(set(chosen) - set(ROLES)):
        raise typer.BadParameter(f"there is no role {unknown[0]}: write one of {', '.join(ROLES)}")
    given = {name: secret(f"BESOK_DB_{name.upper()}_PASSWORD") for name in chosen}
    generated = {name: secrets.token_urlsafe(24) for name, password in given.items() if not password}
    url = settings().database_url.get_secret_value()
    roles.let_sign_in(url, {f"besok_{name}": password for name, password in (given | generated).items()})
    for name in chosen:
        print(f"besok_{name}" + (f"  {generated[name]}" if name in generated else "  (password as set)"))
