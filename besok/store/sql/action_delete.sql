-- Removes an action from the ledger; its log stays.
delete from action where site_id = %(site_id)s and slug = %(id)s
