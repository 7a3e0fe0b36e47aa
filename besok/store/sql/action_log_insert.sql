-- Notes who changed an action, when and how.
insert into action_log (site_id, slug, at, author, change) values (%(site_id)s, %(id)s, %(at)s, %(author)s, %(change)s)
