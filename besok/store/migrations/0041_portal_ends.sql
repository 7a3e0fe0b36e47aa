-- The portals of a space, so that the portals of a site are found without looking at those of all.
create index portal_outer on portal (outer_id);
create index portal_inner on portal (inner_id);
