"""Services for screens, API, reports and jobs: query, then compute; one function per question."""
