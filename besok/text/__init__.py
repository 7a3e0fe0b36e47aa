"""Texts of pages, mails, reports and commands, in both languages."""
