-- Writes the weather of a day; what the new file does not tell stays as it was.
insert into weather_day (site_id, day, temperature_c, precipitation_mm)
values (%(site_id)s, %(day)s, %(temperature_c)s, %(precipitation_mm)s)
on conflict (site_id, day) do update
set temperature_c = coalesce(excluded.temperature_c, weather_day.temperature_c),
    precipitation_mm = coalesce(excluded.precipitation_mm, weather_day.precipitation_mm)
