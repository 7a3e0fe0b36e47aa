-- The drawing of a site: the size of a storey's floor plan, the corners of a space on it, and where doors and sensors are, in
-- metres from its upper left corner. The root space has the size of what lies on no storey.
alter table space
    add column plan float8[] check (cardinality(plan) = 2),
    add column shape float8[] not null default '{}';
alter table portal add column at float8[] check (cardinality(at) = 2);
alter table placement add column at float8[] check (cardinality(at) = 2);
