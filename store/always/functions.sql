-- What a running total tells. Made anew at every migration.

-- How many passed between two readings of a total, `seconds` apart. A total that falls has begun again: at zero after a
-- reset, or because its width (`wraps`: 65536 for 16 bits; 0 if unknown) was reached. It is a wrap only if it fell from the
-- last quarter of the width into the first, and no more people passed than can: 3 a second, or 100 in all.
create or replace function people_since(was float8, value float8, wraps bigint, seconds float8) returns float8
language sql immutable parallel safe as $$
select case
    when value >= was then value - was
    when was < wraps and was >= wraps * 0.75 and value < wraps * 0.25 and wraps - was + value <= greatest(100, 3 * seconds)
        then wraps - was + value
    else value
end
$$;
