-- No quiet hours hold the monthly report back: rules of earlier versions may state some.
update alert_rule set quiet_from = null, quiet_to = null where kind = 'monthly_report';
