-- A scenario that is played live into a sandbox; both empty again once the sandbox is cleared away.
alter table scenario_run
    add column play_from timestamptz,
    add column play_until timestamptz,
    add check ((play_from is null) = (play_until is null));
