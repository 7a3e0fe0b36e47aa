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
