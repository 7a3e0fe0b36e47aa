"""All prose: what pages, mails, reports and commands say, in both languages."""
