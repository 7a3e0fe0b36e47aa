-- A target may count the visits of several sites together: `also` are the ids of the others.
alter table target add column also text[] not null default '{}';

-- A forecast is judged by what it forecast: `also`, in alphabetical order, are the sites that it counted besides its own.
alter table forecast add column also text[] not null default '{}';
alter table forecast drop constraint forecast_site_id_origin_measure_key;
alter table forecast add unique (site_id, origin, measure, also);
