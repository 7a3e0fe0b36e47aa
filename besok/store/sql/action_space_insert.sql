-- An action concerns a space of its site; the id of the space, no row if there is none of that name.
insert into action_space (action_id, space_id)
select a.action_id, z.space_id from action a join space z on z.site_id = a.site_id and z.slug = %(space)s and upper_inf(z.valid)
where a.action_id = %(action_id)s
returning space_id
