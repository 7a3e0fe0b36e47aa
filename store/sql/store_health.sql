-- What the database can say about itself.
select (select max(last_received) from device) as last_received,
    (select count(*) from rejected where resolved is null)::int as rejected,
    (select count(*) from device d where not exists (
        select from channel c join placement using (channel_id) where c.device_id = d.device_id))::int as unplaced,
    (select count(*) from dirty_day)::int as days_waiting,
    current_setting('timescaledb.license') as edition
