-- Weekdays that an action is about; none: every day.
alter table action add column weekdays text[] not null default '{}';

-- What an action gave, as reckoned last from the readings (core.around.ActionEffect).
create table action_effect (
    action_id int primary key references action on delete cascade,
    until date not null, -- the last business day that it was reckoned from
    result json not null
);
