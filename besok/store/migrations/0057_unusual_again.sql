-- Earlier versions did not note up to which day unusual hours are known: they are looked for at once, not a day later.
delete from looked where what = 'unusual';
