"""Texts of jobs: the names of duties, and the outcomes of their runs."""

from besok.model.views.jobs import JobInfo
from besok.text.languages import _


def name(duty: str) -> str:
    """Return the display name of a duty, or of work on a site as duty/site; of an unknown one its id."""
    duty, _slash, site = duty.partition("/")
    names = {
        "estimate occupancy": _("Estimate occupancy"),
        "delete old learnt parameters": _("Delete old learnt parameters"),
        "delete old message identities": _("Delete old message identities"),
        "delete what is kept no longer": _("Delete what is no longer kept"),
        "order past quarters": _("Put past quarter-hours in order"),
        "delete old runs of jobs": _("Delete old runs of jobs"),
        "delete old alerts": _("Delete old alerts"),
        "limit rejected messages": _("Limit rejected messages"),
        "note usual counts": _("Note usual counts"),
        "judge alerts": _("Look for alerts"),
        "signal of life": _("Signal of life"),
        "send alerts": _("Send alerts"),
        "make monthly reports": _("Make monthly reports"),
        "send monthly reports": _("Send monthly reports"),
        "make forecasts": _("Make forecasts"),
        "compute results of pages": _("Compute results of pages"),
        "sum up days of spaces": _("Sum up days of spaces"),
        "find unusual hours": _("Find unusual hours"),
        "estimate effects of events": _("Estimate effects of events"),
        "estimate effects of actions": _("Estimate effects of actions"),
        "check the sensors": _("Check the sensors"),
        "make forecasts of the past": _("Make forecasts of the past"),
    }
    return names.get(duty, duty) + (f" ({site})" if site else "")


def outcome(job: JobInfo) -> str:
    """Return the outcome of the last run of a duty, or that it is still running."""
    words = {
        None: _("Running"),
        "done": _("Done"),
        "failed": _("Failed"),
        "timed_out": _("Ended: it took too long"),
        "interrupted": _("Interrupted"),
    }
    return words[job.outcome]
