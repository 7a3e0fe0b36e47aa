"""What long-running services share: settings, logs, how they end, how they tell that they are well, the web server."""
