-- How many days wait to be estimated anew.
select count(*) from dirty_day
