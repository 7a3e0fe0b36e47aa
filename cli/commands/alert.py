"""The commands `besok alert`: whom to tell of what."""

import re
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, cast

import typer

from besok.model import messages
from besok.model.alerts import KINDS, NEW_TARGET, AlertRule, RuleKind
from besok.model.errors import NotFound
from besok.store import alerts, job_runs
from besok.text import alert_text
from cli.commands.database import opened
from cli.commands.options import Author, ask_secret, listed_by
from cli.terminal.tables import show

app = typer.Typer(no_args_is_help=True)
target = typer.Typer(no_args_is_help=True, help="Where messages go.")
app.add_typer(target, name="target")


@target.command("put")
def put_target(
    name: Annotated[str, typer.Argument(help="What it is called, as: desk.")],
) -> None:
    """Ask for an address (or read it from standard input), keep it, and send a message to it to try it.

    It is one of Apprise: mailto://..., msteams://..., ntfy://...
    """
    from besok.services.alert_handling import require_new_address
    from jobs.alerting import deliver

    with opened() as db:
        if not re.fullmatch(NEW_TARGET, name) and name not in alerts.targets(db):
            raise typer.BadParameter("a name has up to 60 of a–z, 0–9 and hyphens")
    url = ask_secret("Address")
    with opened() as db:
        require_new_address(db, name, url)
    if problem := deliver(url, "Besök", "This is where alerts of Besök will come."):
        raise typer.BadParameter(f"no message went out: {problem}")
    with opened() as db:
        alerts.put_target(db, name, url)
    print(f"A message was sent to {name}; look whether it has come.")


@target.command("list")
def list_targets() -> None:
    """Show the names of the addresses, which may hold passwords and are not shown."""
    with opened() as db:
        for name, url in alerts.targets(db).items():
            print(f"{name}: {url.partition(':')[0]}")


@target.command("remove")
def remove_target(name: Annotated[str, typer.Argument(help="The target.")]) -> None:
    """Remove an address, and end its rules."""
    with opened() as db:
        if not alerts.remove_target(db, name, datetime.now(UTC)):
            raise typer.BadParameter(str(messages.NO_ALERT_TARGET(name=name)))


@app.command()
def test(name: Annotated[str, typer.Argument(help="The target.")]) -> None:
    """Send a message to a target."""
    from jobs.alerting import deliver

    with opened() as db:
        known = alerts.targets(db)
    if name not in known:
        raise typer.BadParameter(str(messages.NO_ALERT_TARGET(name=name)))
    if problem := deliver(known[name], "Besök", "A test: alerts of Besök come here."):
        print(f"No message went out: {problem}")
        raise typer.Exit(1)
    print(f"A message was sent to {name}.")


@app.command()
def add(
    kind: Annotated[str, typer.Argument(help=f"{', '.join(KINDS)}.")],
    to: Annotated[str, typer.Option(help="The target.")],
    site: Annotated[str | None, typer.Option(help="A site; all of them if left out.")] = None,
    space: Annotated[str | None, typer.Option(help="A space of it; all of them if left out.")] = None,
    over: Annotated[
        float | None, typer.Option(help="A share of the capacity, a probability, or a number of entries.")
    ] = None,
    minutes: Annotated[int, typer.Option(min=0, help="How long it must be so.")] = 0,
    quiet: Annotated[str, typer.Option(help="Hours without messages, as 22:00-07:00.")] = "",
    by: Author = "",
) -> None:
    """Keep a rule."""
    from besok.services.alerts import add_rule

    first, last = _quiet(quiet) or (None, None)
    rule = AlertRule(
        kind=cast(RuleKind, kind), site=site, space=space, threshold=over, minutes=minutes, target=to,
        quiet_from=first, quiet_to=last, author=by,
    )  # fmt: skip
    with opened() as db:
        number = add_rule(db, rule, datetime.now(UTC))
    print(f"Rule {number} is kept.")


@app.command()
def remove(number: Annotated[int, typer.Argument(help="The rule's number.")]) -> None:
    """End a rule, and what is open of it."""
    with opened() as db, listed_by("besok alert list"):
        if not alerts.remove_rule(db, number, datetime.now(UTC)):
            raise NotFound(messages.NO_ALERT_RULE(number=number))


@app.command("list")
def list_alerts(
    hours: Annotated[int, typer.Option(min=0, help="Show what was resolved in so many hours, too.")] = 24,
) -> None:
    """Show the rules, and what is open or was resolved lately."""
    now = datetime.now(UTC)
    with opened() as db:
        rules, recent = alerts.rules(db), alerts.listing(db, now - timedelta(hours=hours))
    show(rules, "id kind site space threshold minutes target", none="No rule is set.")
    show(
        recent, "id", "No active alerts.", alert=alert_text.sentence, taken_by=lambda one: one.acknowledged_by
    )


@app.command("log")
def show_log() -> None:
    """Show the last messages, and why some did not get through."""
    with opened() as db:
        show(alerts.deliveries(db), "at target alerts problem")


@app.command()
def acknowledge(number: Annotated[int, typer.Argument(help="The alert's number.")], by: Author = "") -> None:
    """Say that you take care of an alert (or have cleaned, where it tells of entries)."""
    from besok.services import alert_handling

    with opened() as db, listed_by("besok alert list"):
        acknowledged = alert_handling.acknowledge(db, number, by, datetime.now(UTC))
    print(f"{by} takes care of it: {acknowledged.sentence.en}")


@app.command()
def mute(
    subject: Annotated[str, typer.Argument(help="A device, a space as site/space, a site, or a service.")],
    hours: Annotated[float, typer.Option(min=0.1, max=24 * 90, help="For how long.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    by: Author = "",
) -> None:
    """Raise no alert about something that is being worked on."""
    from besok.services.health import get_health
    from besok.services.maintenance import site_of

    now = datetime.now(UTC)
    until = now + timedelta(hours=hours)
    with opened() as db:
        site = site_of(db, subject)
        known = {service.name for service in get_health(db, now).services}
        known |= {alert.subject for alert in alerts.listing(db, now)} | {
            run.duty for run in job_runs.states(db)
        }
        if site is None and subject not in known:
            raise typer.BadParameter(
                f"there is no {subject}; `besok device list` and `besok site export` show sensors and places,"
                " `besok doctor` services, `besok alert list` what alerts are about"
            )
        alerts.mute(
            db, subject, site=site.id if site else None, reason=reason, author=by,
            until=until, now=now,
        )  # fmt: skip
    print(f"No alert is raised about {subject} until {until:%Y-%m-%d %H:%M} UTC.")


@app.command()
def muted() -> None:
    """Show what is being worked on, and until when nothing is raised about it."""
    with opened() as db:
        listed = alerts.maintenance(db, None, datetime.now(UTC))
    show(listed, "id subject reason author until", "Nothing is muted.")


@app.command()
def unmute(
    number: Annotated[int, typer.Argument(help="Its number in `besok alert muted`.")], by: Author = ""
) -> None:
    """Raise alerts about something again, before its time."""
    with opened() as db:
        if not alerts.end_maintenance(db, None, number, by, datetime.now(UTC)):
            raise typer.BadParameter(
                f"nothing is muted under number {number}; `besok alert muted` shows what is"
            )
    print("Alerts about it are raised again.")


def _quiet(text: str) -> tuple[time, time] | None:
    if not text:
        return None
    try:
        first, last = (time.fromisoformat(part.strip()) for part in text.split("-"))
    except ValueError:
        raise typer.BadParameter(f'"{text}" is not a span of hours; write one such as 22:00-07:00') from None
    return first, last
