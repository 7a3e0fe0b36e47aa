-- Proposes a correction; one that was proposed for the same door and not decided upon is replaced.
insert into calibration (portal_id, channels, proposed, proposed_by, factor_in, factor_out, evidence)
values (%(portal_id)s, %(channels)s, %(proposed)s, %(proposed_by)s, %(factor_in)s, %(factor_out)s, %(evidence)s)
on conflict (portal_id) where decision = 'open' do update
set channels = excluded.channels, proposed = excluded.proposed, proposed_by = excluded.proposed_by,
    factor_in = excluded.factor_in, factor_out = excluded.factor_out, evidence = excluded.evidence
returning calibration_id
