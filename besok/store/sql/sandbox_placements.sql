-- Forgets where sensors of the site were before; those that stand there now have always stood there.
with old as (
    delete from placement pl using emptied e
    where pl.channel_id = e.channel_id and not upper_inf(pl.valid) and (e.whole or pl.valid = e.valid)
)
select pl.placement_id from placement pl join emptied e using (channel_id) where e.whole and upper_inf(pl.valid)
