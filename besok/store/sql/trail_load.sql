-- The steps of a client, in order.
select number, session, digests, unacknowledged from trail where client = %(client)s order by number
