"""Reading what others made: files of counts however they were saved, ledgers of actions, calendars and weather."""
