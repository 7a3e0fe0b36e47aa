-- Forgets the messages of these scopes, or those received before an instant.
delete from seen where scope = any(%(scopes)s) and (%(before)s::timestamptz is null or received < %(before)s)
