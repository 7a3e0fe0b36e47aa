-- The channels that are to be emptied.
select distinct channel_id from emptied
