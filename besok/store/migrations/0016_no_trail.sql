-- Redelivery is no longer followed by its place in a trail (docs/decisions/009).
drop table trail;
