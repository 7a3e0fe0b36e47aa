"""The commands `besok quality` and `besok wiring`."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from besok.model.plurals import many
from cli.commands.database import opened, sites_of
from cli.commands.options import AnySiteArgument, AsJson, author_option
from cli.terminal.tables import json_text

if TYPE_CHECKING:  # the help of all commands need not wait for it
    from besok.model.views.attention import FindingInfo

STATES = {"ok": "ok", "problem": "PROBLEM", "note": "note"}

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_findings(
    site: AnySiteArgument = "",
    resolved: Annotated[
        int, typer.Option(min=0, max=3660, help="Also what was resolved in so many days.")
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Show what needs attention: what is wrong, since when, how sure that is, and what to do."""
    from besok.services.attention import get_findings

    now = datetime.now(UTC)
    with opened(site) as db:
        findings = get_findings(db, site or None, now=now, resolved_for=timedelta(days=resolved))
    if as_json:
        print(json_text(findings))
        return
    print("\n".join(line for f in findings for line in lines(f)) or "Nothing needs attention.")


def lines(f: "FindingInfo") -> list[str]:
    """Return a finding as lines: number, state and sentence; certainty; advice; the note about it."""
    state = "fixed, watching" if f.fixed and f.state != "resolved" else f.state
    first_line = [f"{f.id:>5}  {f.site}  {state}  {f.sentence.en}"]
    more = [f.certainty.en, f.advice.en, f"{f.who}: {f.note}" if f.note else ""]
    return first_line + [f"{'':7}{line}" for line in more if line]


@app.command()
def ack(
    number: Annotated[
        int, typer.Argument(min=1, help="The number of a finding, as `besok quality list` shows it.")
    ],
    note: Annotated[str, typer.Argument(help="What it is, or what is done about it.")],
    who: Annotated[str, author_option("--by", "--author", "--who")] = "",
) -> None:
    """Acknowledge a finding. It changes no figure, and ends by itself when its cause is gone."""
    from besok.services.attention import acknowledge

    if not note.strip() or not who.strip():
        raise typer.BadParameter("say who you are and what it is: neither may be empty")
    with opened() as db:
        finding = acknowledge(db, number, who.strip()[:60], note.strip()[:500], datetime.now(UTC))
    print("\n".join(lines(finding)))


@app.command()
def check(
    site: AnySiteArgument = "",
) -> None:
    """Look at the sensors now, in place of waiting for the hour."""
    from jobs.quality import check_now

    now = datetime.now(UTC)
    with opened() as db:
        for name in sites_of(db, site):
            print(f"{name}: {many(check_now(db, name, now), 'finding')}")


def wiring(
    site: AnySiteArgument = "",
) -> None:
    """Check a new installation: what is heard, whether in is in, what is counted twice or not at all."""
    from besok.services.attention import get_wiring

    problems, now = 0, datetime.now(UTC)
    with opened() as db:
        for name in sites_of(db, site):
            points = get_wiring(db, name, now=now)
            problems += sum(p.state == "problem" for p in points)
            print(name)
            for p in points:
                todo = f"\n{'':8} -> {p.advice.en}" if p.advice.en else ""
                print(f"{STATES[p.state]:8} {p.sentence.en}{todo}")
    print(f"\n{many(problems, 'problem')}." if problems else "\nWired as the site file says.")
    raise typer.Exit(1 if problems else 0)
