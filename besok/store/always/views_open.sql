-- Views for Grafana, Power BI, DuckDB and whatever else reads the database. Their names, columns, types and units stay as they
-- are: columns are only ever added, at the end (a test holds it). Places are called by the ids of the site file.

create view open_site as
select slug as site, kind, name_sv, name_en, timezone, capacity, sandbox as simulated from site;
comment on view open_site is 'Libraries and parks.';
comment on column open_site.site is 'Id of the site.';
comment on column open_site.kind is 'library or park.';
comment on column open_site.timezone is 'IANA time zone of its business days.';
comment on column open_site.capacity is 'People who may be there at once; null if not stated.';
comment on column open_site.simulated is 'True where the figures are not about real people.';

create view open_space as
select s.slug as site, z.slug as space, p.slug as parent, z.name_sv, z.name_en, z.kind, z.storey, z.capacity, z.seats, z.area_m2
from space z join site s using (site_id) left join space p on p.space_id = z.parent_id
where upper_inf(z.valid);
comment on view open_space is 'Spaces as they are now: a tree whose root is the site.';
comment on column open_space.space is 'Id of the space within its site.';
comment on column open_space.parent is 'Id of the space around it; null for the root.';
comment on column open_space.capacity is 'People who may be there at once; null if not stated.';
comment on column open_space.seats is 'Seats; null if not stated.';
comment on column open_space.area_m2 is 'Floor area in square metres; null if not stated.';

create view open_portal as
select s.slug as site, p.slug as portal, p.name_sv, p.name_en, o.slug as outer_space, i.slug as inner_space,
    coalesce(sp.perimeter, false) as perimeter
from portal p join site s using (site_id)
left join space o on o.space_id = p.outer_id
left join space i on i.space_id = p.inner_id
left join site_portal sp on sp.portal_id = p.portal_id and sp.site_id = p.site_id
where upper_inf(p.valid);
comment on view open_portal is 'Passages as they are now. Going in leads from outer_space to inner_space; null is outside.';
comment on column open_portal.portal is 'Id of the passage within its site.';
comment on column open_portal.perimeter is 'True where it leads into the site: who goes in there is a visit.';

create view open_visits_day as
select s.slug as site, v.day, v.gross as visits_gross, v.net as visits_net, v.imputed as visits_imputed,
    v.corrected as visits_corrected, v.covered_s as watched_s
from visit_day v join site s using (site_id);
comment on view open_visits_day is 'Measured visits by business day. A day without a row was not measured: missing is never zero.';
comment on column open_visits_day.day is 'Business day of the site (from 04:00 local time unless its site file says otherwise).';
comment on column open_visits_day.visits_gross is 'Visits (people who entered), nothing taken off.';
comment on column open_visits_day.visits_net is 'Visits less the deductions of the definition in force that day.';
comment on column open_visits_day.visits_imputed is 'Of visits_gross, how many were filled in for gaps.';
comment on column open_visits_day.visits_corrected is 'Of visits_gross, how many accepted corrections added.';
comment on column open_visits_day.watched_s is 'Seconds in which sensors worked, added up over the doors that count.';

create view open_passages_15min as
select s.slug as site, p.slug as portal, f.bucket as start, sum(f.people_in) as entries, sum(f.people_out) as exits,
    sum(f.imputed) as imputed, sum(f.covered_s)::float8 as watched_s
from portal_people f join portal p using (portal_id) join site s using (site_id)
group by s.slug, p.slug, f.bucket;
comment on view open_passages_15min is 'People through each passage in quarters of an hour, with the corrections in force.';
comment on column open_passages_15min.start is 'Beginning of the quarter of an hour, with its time zone.';
comment on column open_passages_15min.entries is 'People who went in.';
comment on column open_passages_15min.exits is 'People who went out.';
comment on column open_passages_15min.imputed is 'Of entries and exits, how many were spread over a gap.';
comment on column open_passages_15min.watched_s is 'Seconds of the 900 in which the sensor worked.';

create view open_occupancy_15min as
select s.slug as site, z.slug as space, b.bucket as start, b.people::float8 as people, b.lower::float8 as people_lower,
    b.upper::float8 as people_upper, b.peak::float8 as peak, b.final
from occupancy_bucket b join space z using (space_id) join site s using (site_id);
comment on view open_occupancy_15min is 'Estimated people in each space in quarters of an hour.';
comment on column open_occupancy_15min.start is 'Beginning of the quarter of an hour, with its time zone.';
comment on column open_occupancy_15min.people is 'Mean number of people; null where it is not known.';
comment on column open_occupancy_15min.people_lower is 'Lower end of the 80 % interval, people.';
comment on column open_occupancy_15min.people_upper is 'Upper end of the 80 % interval, people.';
comment on column open_occupancy_15min.peak is 'Highest number of people within the quarter.';
comment on column open_occupancy_15min.final is 'False while the day is still estimated as it happens.';

create view open_target as
select s.slug as site, t.baseline_first, t.baseline_last, t.deadline, t.factor, t.measure
from target t join site s using (site_id);
comment on view open_target is 'What each site aims at: factor times the visits of the baseline, by the deadline.';
comment on column open_target.factor is 'Times the baseline: 2.0 is doubling.';
comment on column open_target.measure is 'gross or net visits.';
