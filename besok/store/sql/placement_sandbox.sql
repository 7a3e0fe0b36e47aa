-- Notes of each placement whether all sites it tells of are sandboxes; a portal tells of those on both of its sides.
update placement pl set sandbox = told.sandbox
from (
    select placement_id, coalesce(bool_and(s.sandbox), false) as sandbox
    from placement
    left join portal p using (portal_id)
    left join space z on z.space_id in (placement.space_id, p.outer_id, p.inner_id)
    left join site s on s.site_id = z.site_id
    group by placement_id
) told
where told.placement_id = pl.placement_id and told.sandbox is distinct from pl.sandbox
