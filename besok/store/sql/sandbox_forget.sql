-- Messages of these devices that come again are no repeats.
delete from seen where scope = any(%(scopes)s)
