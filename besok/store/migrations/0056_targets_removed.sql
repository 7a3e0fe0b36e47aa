-- An address for alerts can be removed; rules that have ended still say where they sent.
alter table alert_rule drop constraint alert_rule_target_fkey;
