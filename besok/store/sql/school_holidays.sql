-- School holidays of a site that touch a range of days.
select h.calendar, h.first, h.last, h.name from school_holiday h join site using (site_id)
where site.slug = %(site)s and h.last >= %(first)s and h.first <= %(last)s
order by h.first, h.last, h.calendar
