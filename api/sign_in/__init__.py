"""Sign-in and sign-out: the login page, local accounts, the provider, and the audit page."""
