-- Occupancy that says how sure it is, by quarter too; figures of days that are over; what past days of a site taught.

-- Whether the figure was made once the day was over, from all of it; else it was made as the day went on.
alter table occupancy_minute add column final boolean not null default false;
alter table occupancy_bucket add column final boolean not null default false;

alter table occupancy_bucket add column raw float4; -- in - out since the day began, uncorrected
alter table occupancy_bucket add column basis text;
alter table occupancy_bucket add column reason text;
alter table occupancy_bucket add column peak_lower float4; -- the 80 % interval of the peak
alter table occupancy_bucket add column peak_upper float4;

-- What was known of a site's sensors and its usual days before a business day began.
create table occupancy_learnt (
    site_id int not null references site,
    day date not null, -- learnt from the days before it
    learnt json not null, -- core.analytics.occupancy.Learnt, as it was written
    building text not null, -- what it was learnt for: another building has other columns
    stale boolean not null default false, -- a day that it was learnt from has changed since
    primary key (site_id, day)
);
