-- The weather of a site by day, as far as it is known.
select w.day, w.temperature_c, w.precipitation_mm from weather_day w join site using (site_id)
where site.slug = %(site)s and w.day between %(first)s and %(last)s
order by w.day
