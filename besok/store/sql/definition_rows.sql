-- The definitions of a visit that hold, by site and day; `spec` is besok.model.site.VisitDefinition.
select site_id, version, from_day, spec from visit_definition where ended is null order by site_id, from_day
