-- The sites whose occupancy is estimated, by id.
select site_id, slug from site order by site_id
