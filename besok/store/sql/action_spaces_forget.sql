-- Forgets which spaces an action concerns, to be told anew.
delete from action_space where action_id = %(action_id)s
