"""The commands `besok user`: who may sign in, and as what."""

from datetime import UTC, datetime
from typing import Annotated

import pyotp
import typer

from besok.model.access import RIGHTS, Grant
from besok.services import accounts as managing
from besok.services.sign_in import hashed
from besok.store import accounts
from cli.commands.database import opened
from cli.commands.options import ask_secret
from cli.terminal.tables import show

app = typer.Typer(no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="What is typed to sign in.")]
Roles = Annotated[
    list[str],
    typer.Option(
        "--role",
        help="viewer, manager, planner, technician or admin; at one site only as viewer@SITE. Repeat for several.",
    ),
]


@app.command()
def add(
    name: Name,
    role: Roles,
    display: Annotated[str, typer.Option(help="What stands beside changes; the name if left out.")] = "",
) -> None:
    """Make an account, and ask for its password (or read it from standard input)."""
    grants, password = parsed(role), _password_hash()
    with opened() as db:
        managing.add(db, name, display, password, grants, datetime.now(UTC))
    print(f"{name.lower()} may sign in as {', '.join(map(str, grants))}.")


@app.command("list")
def list_accounts() -> None:
    """Show the accounts: their roles, where they sign in, and when they last did."""
    with opened() as db:
        show(
            accounts.load_all(db), "name grants signed_in",
            "None: nobody has to sign in on this machine, and nobody can from another.",
            by=lambda one: one.issuer or ("password and code" if one.totp else "password"),
        )  # fmt: skip


@app.command("role")
def set_roles(name: Name, role: Roles) -> None:
    """Give an account these roles and no others; at once, also where it is signed in."""
    grants = parsed(role)
    with opened() as db:
        managing.set_roles(db, name, grants)
    print(f"{name.lower()}: {', '.join(map(str, grants))}.")


@app.command()
def reset(
    name: Name,
    code: Annotated[
        bool | None,
        typer.Option("--code/--no-code", help="Give it a second factor, or take that away; no new password."),
    ] = None,
) -> None:
    """Give an account a new password, which ends its sessions; or a second factor (TOTP)."""
    if code is None:
        password = _password_hash()
        with opened() as db:
            accounts.set_password(db, name, password)
        print(f"The password of {name.lower()} is changed, and its sessions are ended.")
        return
    secret = pyotp.random_base32() if code else None
    with opened() as db:
        accounts.set_totp(db, name, secret)
    if secret:
        address = pyotp.TOTP(secret).provisioning_uri(name=name.lower(), issuer_name="Besök")
        print(f"Enter this in the app of {name.lower()}; it is shown only now:\n\n  {secret}\n  {address}")
    else:
        print(f"{name.lower()} signs in without a code now.")


@app.command("end-sessions")
def end_sessions(name: Name) -> None:
    """Sign an account out everywhere."""
    with opened() as db:
        number = accounts.end_sessions(db, name)
    print(f"{number} ended.")


@app.command()
def block(
    name: Name,
    undo: Annotated[
        bool, typer.Option("--undo", help="Let an account of the sign-in service in again.")
    ] = False,
) -> None:
    """Sign an account out everywhere and let it in no more, until it is given a role again."""
    with opened() as db:
        (accounts.unblock if undo else managing.block)(db, name)
    if undo:
        print(f"{name.lower()} can sign in again.")
    else:
        print(
            f"{name.lower()} can no longer sign in; `besok user role {name.lower()} --role ROLE` ends that."
        )


@app.command()
def remove(name: Name) -> None:
    """Remove an account and end its sessions. What it changed stays, under its name."""
    with opened() as db:
        managing.remove(db, name)
    print(f"{name.lower()} can no longer sign in.")


def parsed(roles: list[str]) -> list[Grant]:
    """Return what `viewer` and `viewer@SITE` mean. Raises BadParameter."""
    grants = []
    for text in roles:
        role, _, site = text.partition("@")
        if role not in RIGHTS:
            raise typer.BadParameter(f"{role!r} is not a role: write one of {', '.join(RIGHTS)}")
        grants.append(Grant(role=role, site=site or None))
    return grants


def _password_hash() -> str:
    """Return the hash of a password that is asked for, or read where nobody can be asked. Raises BadParameter."""
    try:
        return hashed(ask_secret("Password", twice=True))
    except ValueError as exc:
        raise typer.BadParameter(str(exc)) from None
