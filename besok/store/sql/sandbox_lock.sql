-- A site, locked, and whether it is a sandbox.
select site_id, sandbox from site where slug = %(site)s for update
