"""Signing in and out: who asks, the login page, local accounts, the provider, and what admins see."""
