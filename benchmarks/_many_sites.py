"""Databases of many sites with years of figures: a library with its park is simulated, the others are copies of it."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import psycopg
from psycopg import sql

from besok.model import calendar, sitefile
from besok.model.site import SiteFile
from besok.store import sites
from besok.store.database import Database
from besok.store.migrate import migrate
from cli.simulation import backfill
from cli.simulation.history import DAY, Gap
from cli.stack.postgres import Cluster
from jobs import forecast, results, retention, usage

EXAMPLE = Path(__file__).parents[1] / "sites" / "helsingborg.toml"
PAIR = ("stadsbiblioteket", "stadsparken")
BASE = "sites_base"
YEARS = timedelta(days=1095)
RECENT = timedelta(days=14)  # of which there are readings and minutes
SEED = 20
TABLES_AT_ONCE = 2  # one for each of two cores

# What the simulated history leaves out: readings are deleted after two weeks, and occupancy is not an estimate, since
# only its size matters. Today is like the same weekday a week ago.
TODAY = """
insert into flow_bucket (channel_id, bucket, people_in, people_out, covered_s, imputed, simulated)
select channel_id, bucket + interval '7 days', people_in, people_out, covered_s, imputed, simulated
from flow_bucket where bucket >= %(today)s - interval '7 days' and bucket < %(now)s - interval '7 days'
on conflict do nothing;
update channel set last_time = %(now)s, last_received = %(now)s;
delete from reading where time < %(recent)s;
delete from dirty_day;
insert into occupancy_bucket (
    space_id, bucket, people, lower, upper, raw, peak, peak_lower, peak_upper, basis, reason, final
)
select z.space_id, t, n, n * 0.9, n * 1.1, n - 1, n * 1.2, n, n * 1.3, 'doors', '', true
from generate_series(%(first)s::timestamptz, %(now)s, interval '15 minutes') t
cross join space z
cross join lateral (select greatest(0, round(20 * sin(extract(epoch from t) / 13751) + z.space_id %% 9)) as n) one;
insert into occupancy_minute (space_id, time, people, lower, upper, raw, basis, reason, final)
select z.space_id, t, n, n * 0.9, n * 1.1, n - 1, 'doors', '', t < %(today)s
from generate_series(%(recent)s::timestamptz, %(now)s, interval '1 minute') t
cross join space z
cross join lateral (select greatest(0, round(20 * sin(extract(epoch from t) / 13751) + z.space_id %% 9)) as n) one;
"""
# The tables that are copied, and the order of their rows: of quarters as the jobs leave them, of others as they came.
COPIED = {
    "reading": ("channel", "k.time, hashint4(c.new)"),
    "flow_bucket": ("channel", "c.new, k.bucket"),
    "level_bucket": ("channel", "c.new, k.bucket"),
    "flow_day": ("portal", "k.day, c.new"),
    "usage_day": ("space", "k.day, c.new"),
    "occupancy_bucket": ("space", "c.new, k.bucket"),
    "occupancy_minute": ("space", "k.time, c.new"),
}
COPIES = """
create table copy_site as
select a.site_id as old, b.site_id as new, a.slug, substr(b.slug, length(a.slug) + 1) as suffix,
    row_number() over (partition by a.site_id order by b.site_id) as n
from site a join site b on b.slug ~ ('^' || a.slug || '-[0-9]+$')
where a.slug = any(%(pair)s);
create table copy_space as
select a.space_id as old, b.space_id as new, s.n
from copy_site s join space a on a.site_id = s.old
join space b on b.site_id = s.new and b.slug = case when a.slug = s.slug then a.slug || s.suffix else a.slug end;
create table copy_portal as
select a.portal_id as old, b.portal_id as new, s.n
from copy_site s join portal a on a.site_id = s.old join portal b on b.site_id = s.new and b.slug = a.slug;
insert into channel (device_id, key, has_totals, wraps, last_time, last_received, usual_quarter)
select e.device_id, c.key, c.has_totals, c.wraps, c.last_time, c.last_received, c.usual_quarter
from copy_site s join device d on split_part(d.external_id, '/', 1) = s.slug
join device e on e.source = d.source and e.external_id = s.slug || s.suffix || substr(d.external_id, length(s.slug) + 1)
join channel c on c.device_id = d.device_id
on conflict (device_id, key) do update set last_time = excluded.last_time, last_received = excluded.last_received;
create table copy_channel as
select a.channel_id as old, b.channel_id as new, s.n
from copy_site s join device d on split_part(d.external_id, '/', 1) = s.slug join channel a using (device_id)
join device e on e.source = d.source and e.external_id = s.slug || s.suffix || substr(d.external_id, length(s.slug) + 1)
join channel b on b.device_id = e.device_id and b.key = a.key;
"""


def make(cluster: Cluster, counts: list[int]) -> None:
    """Make a database for each number of sites; one that is there already is brought up to date."""
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as keeper:
        there = {name for (name,) in keeper.execute("select datname from pg_database")}
        if BASE not in there:
            keeper.execute(sql.SQL("create database {}").format(sql.Identifier(BASE)))
            _simulate(cluster.url(BASE), datetime.now(UTC))
        _renew(cluster.url(BASE))
        for count in counts:
            name = name_of(count)
            if name not in there:
                made = sql.SQL("create database {} template {}")
                keeper.execute(made.format(sql.Identifier(name), sql.Identifier(BASE)))
                _copy(cluster.url(name), count)
            _renew(cluster.url(name))


def name_of(count: int) -> str:
    """Return the name of the database of so many sites."""
    return f"sites_{count}"


def _simulate(url: str, now: datetime) -> None:
    """Fill a database with one library and its park, through the product's own writer."""
    pair = _pair()
    today = calendar.business_day(now, pair.sites[0])
    begins, recent = calendar.day_bounds(today, pair.sites[0])[0], today - RECENT
    migrate(url)
    with Database(url) as db:
        sites.apply(db, pair)
        for gap in (
            Gap(first=today - YEARS, last=recent - DAY),
            Gap(first=recent, last=today - DAY, live=True),
        ):
            backfill.run(url, pair, gap, SEED)
        with psycopg.connect(url, autocommit=True) as conn, psycopg.ClientCursor(conn) as cur:
            cur.execute(
                TODAY, {"now": now, "today": begins, "recent": begins - RECENT, "first": begins - YEARS}
            )
            conn.execute("vacuum analyze")
        forecast.make_newest(db, now)
        results.compute_missing(db, now)


def _copy(url: str, count: int) -> None:
    """Make of the pair of a database so many sites."""
    copies = [site for n in range(2, count // 2 + 1) for site in _pair(f"-{n}").sites]
    with Database(url) as db:
        sites.apply(db, SiteFile(sites=tuple(copies)))
    with psycopg.connect(url, autocommit=True) as conn, psycopg.ClientCursor(conn) as cur:
        cur.execute(COPIES, {"pair": list(PAIR)})
        with ThreadPoolExecutor(TABLES_AT_ONCE) as pool:
            list(pool.map(partial(_copy_table, url, count // 2 - 1), COPIED))
        cur.execute("drop table copy_site, copy_space, copy_portal, copy_channel")
        cur.execute("vacuum analyze")


def _copy_table(url: str, copies: int, table: str) -> None:
    """Copy the rows of a table for one copy of the pair after the other, on a connection of its own."""
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("set work_mem = '256MB'")
        kept = sql.Identifier(f"kept_{table}")
        for part in _parts(conn, table):
            conn.execute(sql.SQL("create unlogged table {} as table {}").format(kept, part))
            statement = _copying(conn, table, part, kept, *COPIED[table])
            for n in range(1, copies + 1):
                conn.execute(statement, {"n": n})
            conn.execute(sql.SQL("drop table {}").format(kept))


def _parts(conn: psycopg.Connection, table: str) -> list[sql.Identifier]:
    """Return the chunks of a table, or the table: to find the chunk of each row takes a quarter of the time."""
    chunks = "select chunk_schema, chunk_name from timescaledb_information.chunks where hypertable_name = %s"
    return [sql.Identifier(*name) for name in conn.execute(chunks, (table,))] or [sql.Identifier(table)]


def _renew(url: str) -> None:
    """Bring a database up to date, its past quarters in order and its days summed up as the jobs leave them."""
    migrate(url)
    with Database(url) as db:
        now = datetime.now(UTC)
        retention.order(db, now)
        usage.sum_up(db, now)


def _copying(
    conn: psycopg.Connection, table: str, part: sql.Identifier, kept: sql.Identifier, key: str, order: str
) -> sql.Composed:
    """Return the statement that copies the `kept` rows of a part of a table for the copy `n` of the pair."""
    columns = [name for (name,) in conn.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped",
        (table,),
    )]  # fmt: skip
    changed = {f"{key}_id": sql.SQL("c.new"), "site_id": sql.SQL("s.new")}
    return sql.SQL(
        "insert into {table} ({columns}) select {values} from {kept} k"
        " join {copies} c on c.old = k.{key} and c.n = %(n)s {sites} order by {order}"
    ).format(
        table=part,
        kept=kept,
        copies=sql.Identifier(f"copy_{key}"),
        key=sql.Identifier(f"{key}_id"),
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        values=sql.SQL(", ").join(changed.get(c, sql.SQL("k.") + sql.Identifier(c)) for c in columns),
        sites=sql.SQL("join copy_site s on s.old = k.site_id and s.n = c.n" if "site_id" in columns else ""),
        order=sql.SQL(order),
    )


def _pair(suffix: str = "") -> SiteFile:
    """Return the library and its park, as sandboxes, with an addition to their names."""
    text = re.sub(rf"\b({'|'.join(PAIR)})\b", rf"\1{suffix}", EXAMPLE.read_text("utf-8"))
    return SiteFile(sites=tuple(replace(s, sandbox=True) for s in sitefile.parse(text, EXAMPLE.name).sites))
