"""A person's name is erased wherever it may stand, and no figure changes by it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace
from psycopg import sql
from psycopg.types.json import Jsonb
from typer.testing import Result

from besok.model import audited, sitefile
from besok.model.access import ACTOR
from besok.model.alerts import AlertRule
from besok.model.errors import NotFound, StoreRefused
from besok.model.personal import ERASED, Name
from besok.model.readings import Message
from besok.services.alerts import add_rule
from besok.store import alerts, audit, personal, sites, voids
from besok.store.database import Database
from besok.store.quarantine_decisions import Chosen, decide
from besok.store.write import Batch, Rejection, write
from besok.text import audit_text
from tests.databases import execute
from tests.sitetext import door, sensor, site, space
from tests.store.counted import HOUSE, NOON, after, build, days, put, reading

ANNA = "Anna Berg"
LATER = NOON + timedelta(days=9)
# What no person's name can stand in: chosen from a list, hashes, keys and numbers as texts, figures, names of places.
IMPERSONAL = """
    account.issuer account.password account.totp account_role.role action.asked_by action.slug
    action.weekdays action_log.slug alert.subject alert_mute.subject
    alert_rule.kind api_key.digest api_key.role audit.action audit.site
    backfill.digest backfill.sites calibration.decision closed_period.days closed_period.sensors
    closed_period.version codec.model codec.sha256 codec.source codec.vendor computed_result.what
    count_import.content count_import.counts count_import.digest count_import.hours
    count_import.layout count_import.method count_import_log.change device.model device.source device_mapping.sensors
    finding.evidence finding.kind finding.state finding_history.event forecast.also forecast.measure
    forecast.model forecast_point.kind headcount.digest installation.key job_run.duty
    job_run.outcome looked.what made_anew.digest manual_count.digest manual_tap.direction
    metric.name metric.unit migration.digest migration.name occupancy_bucket.basis
    occupancy_bucket.reason occupancy_learnt.building occupancy_learnt.learnt occupancy_minute.basis
    occupancy_minute.reason placement.role plan_picture.content plan_picture.digest
    plan_picture.media portal.name_en portal.name_sv portal.slug programme_event.calendar
    programme_event.uid quarantine.cause quarantine.replaced quarantine_decision.decision
    quarantine_decision.device receive_token.digest rejected.kind scenario_run.reason
    scenario_run.state school_holiday.calendar school_holiday.name seen.digest seen.mark seen.scope
    service.detail service.name session.digest session.previous session.provider_session
    sign_in_failure.name site.kind site.name_en site.name_sv site.pandemic site.slug site.timezone
    space.kind space.name_en space.name_sv space.slug target.also
    target.baseline_measure target.measure visit_deduction.kind visit_definition.method
    visit_definition.spec
"""


@pytest.fixture
def house(db: Database) -> Database:
    build(db)
    put(db, reading(5, 3, "in", period_s=60), reading(6, 9, "in", period_s=60))
    return db


def everything(db: Database) -> dict[str, str]:
    """Return every row of every table as a text, by table; of messages the text of what they hold."""
    names = execute(
        db,
        "select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'",
    )
    text = sql.SQL("select coalesce(string_agg(t::text, chr(10) order by t::text), '') from {} t")
    found = {name: str(execute(db, text.format(sql.Identifier(name)))[0][0]) for (name,) in names}
    payloads = execute(db, "select string_agg(convert_from(payload, 'UTF8'), ' ') from rejected")
    return found | {"payloads": str(payloads)}


def test_every_text_column_is_on_the_list_or_holds_no_name(db: Database) -> None:
    texts = {
        f"{table}.{column}"
        for table, column in execute(
            db,
            "select c.table_name, c.column_name from information_schema.columns c"
            " join information_schema.tables t using (table_schema, table_name)"
            " where c.table_schema = 'public' and t.table_type = 'BASE TABLE'"
            " and c.data_type in ('text', 'character varying', 'json', 'jsonb', 'bytea', 'ARRAY')"
            " and c.udt_name not in ('_int4', '_int8', '_float8')",
        )
    }
    listed = {
        f"{table}.{column}" for table, column in execute(db, "select relation, field from personal_column")
    }
    impersonal = set(IMPERSONAL.split())
    assert texts - listed - impersonal == set(), (
        "new columns: add to besok/store/always/views_personal.sql those in which a person's name may stand, to"
        " IMPERSONAL here the others"
    )
    assert (listed | impersonal) - texts == set(), "columns that are there no longer"
    assert listed & impersonal == set()


def test_rows_are_told_apart_by_site_as_the_list_says(house: Database) -> None:
    """Every column of the list can be asked about at a site, and everywhere."""
    assert personal.erase(house, "Nobody Known", "lib") == personal.erase(house, "Nobody Known") == []
    with pytest.raises(NotFound):
        personal.erase(house, ANNA, "nowhere")


def fill(db: Database, name: str) -> int:
    """Write a name into every column of the list that its type and the rows that are there allow; how many hold it."""
    columns = execute(
        db,
        "select relation, field, holds from personal_column where holds in ('author', 'note', 'target') order by 1, 2",
    )
    filled = 0
    execute(db, "alter table audit disable trigger audit_only_grows")
    for relation, field, holds in columns:
        text = sql.SQL("update {} set {} = %s returning 1").format(*map(sql.Identifier, (relation, field)))
        filled += bool(execute(db, text, (name if holds == "author" else f"asked {name} about it",)))
    execute(db, "alter table audit enable trigger audit_only_grows")
    return filled


ROWS = """
insert into action (site_id, slug, title_sv, title_en) select site_id, 'lamps', 'L', 'L' from site;
insert into action_log (site_id, slug, author, change) select site_id, 'lamps', 'x', 'x' from site;
insert into alert_target (name, url) values ('desk', 'mailto://x');
insert into alert_rule (kind, site_id, target, author, made) select 'finding', site_id, 'desk', 'x', now()
    from site;
insert into alert (rule_id, subject, since, raised, acknowledged, acknowledged_by) select rule_id, 's', now(),
    now(), now(), 'x' from alert_rule;
insert into alert_mute (subject, reason, author, made, until) values ('lib', 'x', 'x', now(), now());
insert into announcement (site_id, text, author, made, until) select site_id, 'x', 'x', now(), now() from site;
insert into alert_delivery (target, at, alerts, problem) values ('desk', now(), 1, 'x');
insert into job_run (duty, started, message) values ('d', now(), 'x');
insert into api_key (name, digest, role, site_id, created, author, expires) select 'wall', 'x', 'viewer',
    site_id, now(), 'x', now() from site;
insert into audit (actor, action, site, subject, detail) values ('x', 'count', 'lib', 'x', '"x"');
insert into calibration (portal_id, channels, proposed, proposed_by, factor_in, factor_out, evidence,
    decision, decided, decided_by,
    decided_why, valid, undone, undone_by, undone_why)
select portal_id, '{1}', now(), 'x', 1, 1, '{}', 'accepted', now(), 'x', 'x', tstzrange(now(), null), now(),
    'x', 'x' from portal limit 1;
insert into closed_period (site_id, first, last, closed, author, reason, version, gross, net, coverage, days,
    sensors, report, ended,
    ended_by, ended_why)
select site_id, '2025-01-01', '2025-12-31', now(), 'x', 'x', '1', 1, 1, 1, '{}', '[]',
    '{"corrections": [{"author": "ANNA Berg", "reason": "Anna Berg said so", "factor": 1.25}]}', now(), 'x',
    'x' from site;
insert into codec (vendor, model, source, sha256, added, added_by) values ('v', 'm', 's', 's', now(), 'x');
insert into count_import (site_id, source, method, counts, author, made, name, digest, content, layout)
select site_id, 'gate', 'counter', 'gross', 'x', now(), 'x', 'd', 'c', '' from site;
insert into count_import_log (import_id, at, author, change) select import_id, now(), 'x', 'stored' from
    count_import;
insert into device_mapping (spec, author, made, site_id) select '{}', 'x', now(), site_id from site;
insert into finding (site_id, kind, since, odds, found, seen) select site_id, 'silent', now(), 1, now(), now()
    from site;
insert into finding_history (finding_id, time, event) select finding_id, now(), 'found' from finding;
insert into headcount (headcount_id, space_id, time, people, counted_by, entered_at, digest, undone,
    undone_by, undone_why)
select gen_random_uuid(), space_id, now(), 4, 'x', now(), 'd', now(), 'x', 'x' from space limit 1;
insert into manual_count (count_id, portal_id, counted_by, begins, ends, clock_ahead_s, received, digest)
select gen_random_uuid(), portal_id, 'x', now(), now() + interval '1 hour', 0, now(), 'd' from portal limit 1;
insert into programme_event (site_id, uid, title, during) select site_id, 'u', 'x', tstzrange(now(), now())
    from site;
insert into scenario_run (site_id, spec, author, asked) select site_id, '{"title": "Anna Berg asks"}', 'x', now()
    from site;
insert into site_edited (site_id, before) select site_id, 'x' from site on conflict do nothing;
insert into target (site_id, baseline_first, baseline_last, deadline, factor, measure)
select site_id, '2025-01-01', '2025-12-31', '2030-12-31', 2, 'net' from site;
insert into quarantine (channel_id, metric, time, value, period_s, flags, received, wraps, cause)
select channel_id, 1, now() - interval '60 days', 3, 60, 0, now(), 0, 'late'
from channel join device using (device_id) where external_id = 'lib/front';

"""


def test_the_name_goes_from_every_column_of_the_list(house: Database) -> None:
    execute(house, ROWS)
    voids.add(house, voids.find(house, "lib/front"), NOON, after(6), reason="x", author="x", now=LATER)
    decide(house, "dropped", Chosen(device="lib/front"), author="x", reason="x", now=LATER)
    before = days(house)
    ((authors,),) = execute(
        house, "select count(*) from personal_column where holds in ('author', 'note', 'target')"
    )
    assert fill(house, "anna  berg") == authors, "a row for each column of the list"
    message = Message(topic="besok/v1/lib/anna_berg", payload=b'{"who": "\\u0041nna Berg"}', received=NOON)
    other = Message(topic="besok/v1/lib/annabergs", payload=b"{}", received=NOON)
    write(house, Batch(rejections=[Rejection(message=m, reason="no") for m in (message, other)]))
    put(house, reading(7, 2, "in", device="anna-berg"))
    put(house, replace(reading(7, 2, "in", device="beam"), channel=f"flow:{ANNA}"))
    rehearsed = personal.erase(house, ANNA, dry_run=True)
    assert any("berg" in text.lower() for text in everything(house).values()), "the dry run changes nothing"
    done = personal.erase(house, ANNA)
    assert {(f.relation, f.field, f.rows) for f in done} == {(f.relation, f.field, f.rows) for f in rehearsed}
    wanted = Name(ANNA)
    assert [table for table, text in everything(house).items() if wanted.is_in(text)] == []
    assert days(house) == before
    assert execute(house, "select topic from rejected") == [("besok/v1/lib/annabergs",)]
    ((report,),) = execute(house, "select report from closed_period")
    assert report == {"corrections": [{"author": ERASED, "reason": f"{ERASED} said so", "factor": 1.25}]}
    last = audit.entries(house, limit=1)[0]
    assert (last.action, last.subject) == ("privacy.erase", "")
    assert "headcount.counted_by 1" in last.detail
    with pytest.raises(StoreRefused, match="only grows"):
        execute(house, "delete from audit")
    assert personal.erase(house, ANNA) == []


def test_what_is_called_by_the_name_stays_and_is_shown(house: Database) -> None:
    sites.apply(
        house, sitefile.parse(HOUSE + sensor("anna-berg", at='portal = "front"', more='role = "reference"'))
    )
    found = personal.erase(house, ANNA)
    assert [(f.relation, f.field, f.texts) for f in found if f.left] == [
        ("device", "external_id", ("lib/anna-berg",))
    ]


def test_the_name_of_a_target_goes_from_rules_and_the_log_once_it_is_removed(db: Database) -> None:
    alerts.put_target(db, "Kim L", "json://127.0.0.1:9")
    add_rule(db, AlertRule(kind="service", target="Kim L"), NOON)
    alerts.delivered(db, "Kim L", [], None, NOON, trial=True)

    def bearing() -> set[str]:
        personal.erase(db, "kim l")
        return {table for table, text in everything(db).items() if "Kim L" in text}

    assert bearing() == {"alert_target", "alert_rule", "alert_delivery"}
    assert [rule.target for rule in alerts.rules(db)] == ["Kim L"]
    alerts.remove_target(db, "Kim L", NOON)
    assert bearing() == set()


def test_at_one_site_only_what_is_of_it_goes(house: Database) -> None:
    annex = "".join((site("park"), space("hall", ("Hall", "Hall")), door("gate", ("Grind", "Gate"))))
    sites.apply(house, sitefile.parse(HOUSE + annex))
    for place in ("lib", "park"):
        with house.transaction() as other:
            audit.note(other, "count", "x", site=place, detail=audited.BY(author=ANNA))
    found = personal.erase(house, ANNA, "lib")
    assert [(f.relation, f.field, f.rows) for f in found] == [("audit", "detail", 1)]
    details = {e.site: e.detail for e in audit.entries(house, limit=10) if e.action == "count"}
    assert details == {"lib": f"by {ERASED}", "park": f"by {ANNA}"}


def test_details_that_earlier_versions_wrote_stay_and_lose_names_too(house: Database) -> None:
    execute(
        house,
        "insert into audit (actor, action, site, subject, detail) values ('x', 'count', 'lib', 'x', %s)",
        (Jsonb(f"by {ANNA}: none"),),
    )
    assert audit.entries(house, audit_text.detail, limit=1)[0].detail == f"by {ANNA}: none"
    personal.erase(house, ANNA)
    assert audit.entries(house, limit=2)[1].detail == f"by {ERASED}: none"


def test_the_one_who_erases_its_own_name_is_not_noted_either(house: Database) -> None:
    with house.transaction() as conn:
        audit.note(conn, "count", "x", detail=audited.listed("asked by\nAnna"))
    token = ACTOR.set("anna")
    try:
        personal.erase(house, "Anna")
    finally:
        ACTOR.reset(token)
    assert audit.entries(house, limit=1)[0].actor == ERASED


@pytest.mark.parametrize("name", ["", "A", " å ", "A.", "1"])
def test_too_short_a_name_is_refused(name: str, command: Callable[..., Result]) -> None:
    with pytest.raises(ValueError, match="too short"):
        Name(name)
    said = command("privacy", "erase", name, "--yes")
    assert said.exit_code == 2 and "too short" in said.output


@pytest.mark.parametrize(
    ("name", "text", "held"),
    [
        ("Åsa", "frågade A\u030aSA i dag", True),
        ("Åsa", "Åsas lista", False),
        ("AB", "räknat av ab, 12:00", True),
        ("AB", "abc", False),
        ("anna berg", "anna.berg@example.org", True),
        ("Anna-Karin Ek", "anna karin ek", True),
        ("Ek", "ek_3/flow", True),
    ],
)
def test_a_name_is_found_as_whole_words(name: str, text: str, held: bool) -> None:
    assert Name(name).is_in(text) is held
    assert (ERASED in Name(name).within(text)) is held


def test_the_command_shows_what_goes_before_a_yes(house: Database, command: Callable[..., Result]) -> None:
    voids.add(house, voids.find(house, "lib/front"), NOON, after(6), reason="test", author=ANNA, now=LATER)
    dry = command("privacy", "erase", ANNA, "--dry-run")
    assert dry.exit_code == 0 and "voided_time.author: 1 row" in dry.output
    asked = command("privacy", "erase", ANNA)
    assert asked.exit_code == 1 and voids.listing(house)[0].author == ANNA
    done = command("privacy", "erase", "anna berg", "-y")
    assert done.exit_code == 0, done.output
    assert voids.listing(house)[0].author == ERASED
    assert "stands nowhere" in command("privacy", "erase", ANNA, "-y").output
