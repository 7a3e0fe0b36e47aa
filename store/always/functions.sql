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
