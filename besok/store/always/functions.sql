-- What a running total tells. Made anew at every migration.

-- How many passed between two readings of a total, `seconds` apart. A total that falls has begun again: at zero after a
-- reset, or because its width (`wraps`: 65536 for 16 bits; 0 if unknown) was reached. It is a wrap only if it fell from the
-- last quarter of the width into the first, and no more people passed than can: 3 a second, or 100 in all. It is neither if
-- it fell by less than half to more people than can have passed since: a clock was set back, or the counter came back with
-- what it had saved some time ago. Then nobody passed.
create or replace function people_since(was float8, value float8, wraps bigint, seconds float8) returns float8
language sql immutable parallel safe as $$
select case
    when value >= was then value - was
    when was < wraps and was >= wraps * 0.75 and value < wraps * 0.25 and wraps - was + value <= greatest(100, 3 * seconds)
        then wraps - was + value
    when value * 2 > was and value > 3 * seconds then 0
    else value
end
$$;

-- How many passed between two readings of a total that follow each other in time; null if these two cannot tell, since a
-- clock has jumped. Nobody is lost by that: the next reading with a right time tells the difference to the one before.
-- * More than 400 days lie between them, or the later one is a day ahead of its receipt and the earlier one is not: a clock
--   that was never set, or wrongly. The people would be spread over years in which nobody was there.
-- * A total that falls a little, and was sent before the higher one: no reset, its clock was set back in between. Close to
--   each other the fall is taken off again, so that all that rises and falls comes to what passed.
create or replace function people_between(
    was float8, value float8, wraps bigint, earlier timestamptz, earlier_received timestamptz, later timestamptz,
    later_received timestamptz
) returns float8
language sql immutable parallel safe as $$
select case
    when later - earlier > interval '400 days'
        or later - earlier > interval '1 day' and later - later_received > interval '1 day'
            and earlier - earlier_received <= interval '1 day'
        then null
    when value >= was or value <= was / 2 or later_received >= earlier_received
        then people_since(was, value, wraps, extract(epoch from later - earlier)::float8)
    when later - earlier <= interval '15 minutes' then value - was
end
$$;

-- The readings of a running total next to one at `at`, from which its differences are made; nulls of other metrics.
create or replace function total_neighbours(channel int, of_metric smallint, at timestamptz, out before timestamptz, out after timestamptz)
language sql stable parallel safe as $$
select
    (select time from reading where of_metric in (3, 4, 6) and channel_id = channel and metric = of_metric and time < at
        and time >= at - interval '400 days' order by time desc limit 1),
    (select time from reading where of_metric in (3, 4, 6) and channel_id = channel and metric = of_metric and time > at
        and time <= at + interval '400 days' order by time limit 1)
$$;

-- Whether a reading that was made at `at` and tells of the seconds before (0: of that moment) tells of some of a time that is
-- voided: wholly, or as to readings `above` a value.
create or replace function is_voided(at timestamptz, period_s float4, value float8, during tstzrange, above float8) returns boolean
language sql immutable parallel safe as $$
select (above is null or value > above) and case
    when period_s > 0 then tstzrange(at - period_s * interval '1 second', at, '()') && during else during @> at
end
$$;

-- Whether the difference of two totals counts although a voided time lies between them. Not if the counter may have gone on
-- counting then: who passed in that time is in the difference, and was not measured. It counts where the counter says that
-- it did not: a voided total is not between the two, as the one of a test message.
create or replace function told_across_void(
    channel int, kind smallint, was float8, now float8, earlier timestamptz, later timestamptz
) returns boolean
language sql stable parallel safe as $$
select not exists (
    select from channel c
    join voided_time v using (device_id)
    where c.channel_id = channel and v.undone is null and v.during && tstzrange(earlier, later, '()')
) or now >= was and exists (
    select from reading r
    where r.channel_id = channel and r.metric = kind and r.time > earlier and r.time < later and r.flags & 16 <> 0
        and (r.value < was or r.value > now)
)
$$;

-- Whether a range holds at a moment, as `during @> moment` asks: that has no statistics, and is taken to hold for one in a thousand.
create or replace function holds_at(during tstzrange, moment timestamptz) returns boolean
language sql immutable parallel safe as $$
select moment >= coalesce(lower(during), '-infinity') and moment < coalesce(upper(during), 'infinity')
$$;
