"""Views: frozen answers of the services, the same for pages and API.

Times are aware and in UTC, days are business days of the site, people are whole where they were counted.
None means "not known"; it is never to be shown as zero.
"""
