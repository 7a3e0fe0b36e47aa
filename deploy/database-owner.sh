#!/bin/sh
# Run by the database's image on an empty volume: the owner, who is no superuser and may make the roles of the programs.
set -e
psql -v ON_ERROR_STOP=1 -U postgres -d postgres <<'SQL'
\set password `cat /run/account/owner`
create role besok login createrole password :'password';
create database besok owner besok;
SQL
