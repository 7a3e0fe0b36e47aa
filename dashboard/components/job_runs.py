"""The duties of the jobs: the last run of each, and its outcome."""

from collections.abc import Sequence
from typing import Any

from besok.model.views.jobs import JobInfo
from besok.text import formats, job_text
from besok.text.languages import _
from dashboard.components.chart import sheet
from dashboard.components.elements import chip, quiet


def section(jobs: Sequence[JobInfo], zone: str) -> Any:
    """Return the duties, failing ones first."""
    if not jobs:
        return quiet(_("No job has run yet."))
    header = [_("Job"), _("Last run"), _("Outcome"), _("Duration"), _("Last done"), _("Message")]
    ordered = sorted(jobs, key=lambda job: (job.failing is None, job_text.name(job.duty)))
    return sheet(header, [_row(job, zone) for job in ordered], _("Jobs"))


def _row(job: JobInfo, zone: str) -> list[Any]:
    seconds = (job.ended - job.started).total_seconds() if job.ended else None
    return [
        job_text.name(job.duty),
        formats.stamp(job.started, zone),
        chip(job_text.outcome(job), level="busy" if job.failing else "calm"),
        formats.duration(seconds),
        formats.stamp(job.succeeded, zone) if job.succeeded else formats.UNKNOWN,
        job.message,
    ]
