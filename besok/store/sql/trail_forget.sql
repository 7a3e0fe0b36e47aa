-- Forgets the steps of a client before a number.
delete from trail where client = %(client)s and number < %(keep)s
