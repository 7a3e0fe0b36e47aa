"""What the screens and the API are told: frozen results of the store's queries, the same for both.

Times are aware and in UTC, days are business days of the site, people are whole where they were counted.
None means "not known"; it is never to be shown as zero.
"""
