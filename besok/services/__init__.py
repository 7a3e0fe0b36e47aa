"""Answers to what screens, API, reports and jobs ask: query, then compute, one function a question."""
