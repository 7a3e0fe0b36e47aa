-- Forgets all messages of these scopes.
delete from seen where scope = any(%(scopes)s)
