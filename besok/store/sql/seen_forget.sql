-- Forgets the messages whose time has passed.
delete from seen where forget < %(now)s
