-- What the database can say about itself.
select (select max(last_received) from device) as last_received,
    (select count(*) from rejected where resolved is null)::int as rejected,
    (select count(*) from device d where d.last_received is not null and exists (
        select from channel c where c.device_id = d.device_id and c.last_received is not null and not exists (
            select from placement pl where pl.channel_id = c.channel_id and upper_inf(pl.valid))))::int as unplaced,
    (select count(*) from dirty_day)::int as days_waiting,
    current_setting('timescaledb.license') as edition
