-- Forgets messages that nobody could read and that nobody will read any more.
delete from rejected where received < %(before)s
