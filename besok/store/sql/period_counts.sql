-- name: import_insert
-- Notes an import; returns its id.
insert into count_import (site_id, source, method, counts, author, made, name, digest, content, layout)
values (%(site_id)s, %(source)s, %(method)s, %(counts)s, %(author)s, %(made)s, %(name)s, %(digest)s, %(content)s, %(layout)s)
returning import_id

-- name: period_counts_insert
-- The counts of an import, given as columns.
insert into period_count (import_id, portal_id, series, first_day, last_day, hour, visits)
select %(import_id)s, x, s, f, l, h, v
from unnest(
    %(portals)s::int[], %(series)s::text[], %(firsts)s::date[], %(lasts)s::date[], %(hours)s::smallint[], %(visits)s::float8[]
) as t (x, s, f, l, h, v)

-- name: import_log_insert
-- Notes who changed an import.
insert into count_import_log (import_id, at, author, change) values (%(import_id)s, %(at)s, %(author)s, %(change)s)

-- name: import_set_undone
-- Makes an import count for nothing, or count again.
update count_import set undone = %(undone)s where import_id = %(import_id)s

-- name: import_get
-- An import by its id, or by what it holds.
select i.import_id, i.site_id, s.slug as site, i.source, i.counts, i.undone
from count_import i join site s using (site_id)
where i.import_id = %(import_id)s or i.site_id = %(site_id)s and i.content = %(content)s

-- name: source_counts
-- What the counts of a source that hold at a site are of.
select distinct counts from count_import where site_id = %(site_id)s and source = %(source)s and not undone

-- name: imports
-- The imports of a site, newest first, with what they hold and who changed them last.
select i.import_id as id, s.slug as site, i.source, i.method, i.counts, i.author, i.made, i.name, i.digest, i.layout, i.undone,
    c.rows, c.first, c.last, c.visits, case when l.change <> 'stored' then l.at end as changed, case when l.change <> 'stored'
    then l.author end as changed_by
from count_import i
join site s using (site_id)
cross join lateral (
    select count(*)::int as rows, min(first_day) as first, max(last_day) as last, sum(visits) as visits
    from period_count c where c.import_id = i.import_id
) c
cross join lateral (
    select at, author, change from count_import_log l where l.import_id = i.import_id order by entry_id desc limit 1
) l
where s.slug = %(site)s
order by i.import_id desc

-- name: period_counts
-- The counts of a source that hold at a site between two days, of each period the newest, as they were stored.
select distinct on (c.portal_id, c.series, c.first_day, c.last_day, c.hour)
    coalesce(p.slug, '') as portal, c.series, c.first_day as first, c.last_day as last, c.hour, c.visits, c.import_id
from period_count c
join count_import i using (import_id)
left join portal p using (portal_id)
where i.site_id = %(site_id)s and i.source = %(source)s and not i.undone
    and c.first_day <= %(last)s and c.last_day >= %(first)s
order by c.portal_id, c.series, c.first_day, c.last_day, c.hour, c.import_id desc

-- name: period_days
-- The counts of all sources that hold at a site, hours added up to their days, as visits (half of all passages).
with holding as (
    select distinct on (i.source, c.portal_id, c.series, c.first_day, c.last_day, c.hour)
        i.source, i.counts, i.method, c.portal_id, c.series, c.first_day, c.last_day, c.hour, c.import_id,
        case i.counts when 'passages' then c.visits / 2 else c.visits end as visits
    from period_count c
    join count_import i using (import_id)
    join site s using (site_id)
    where s.slug = %(site)s and not i.undone
    order by i.source, c.portal_id, c.series, c.first_day, c.last_day, c.hour, c.import_id desc
)
select h.source, h.counts = 'net' as net, coalesce(p.slug, '') as portal, h.series, h.first_day as first, h.last_day as last,
    sum(h.visits) as visits, max(h.import_id) as import_id, max(h.method) as method
from holding h
left join portal p using (portal_id)
group by h.source, h.counts, p.slug, h.series, h.first_day, h.last_day, h.hour is null
order by h.source, p.slug, h.series, h.first_day, h.last_day, h.hour is null desc

-- name: forecasts_forget
-- Deletes the forecasts that rest on some sites and that nothing is lost with: those made afterwards, and those of whose days
-- none is over yet.
delete from forecast f using site s
where s.site_id = f.site_id and (s.slug = any(%(sites)s) or f.also && %(sites)s::text[])
    and (f.afterwards or f.origin >= %(today)s::date - 8)
