-- All sites.
select slug as site, kind, name_sv, name_en, timezone, capacity, sandbox from site order by sort, slug
