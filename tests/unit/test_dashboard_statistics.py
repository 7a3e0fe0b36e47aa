"""The year's figure for the national statistics, beside the visits that the target counts."""

from dataclasses import replace
from datetime import date

import pytest

from besok.model.views.annual import AnnualReport
from dashboard.pages.progress import national_statistics
from tests.unit.on_the_way import texts

REPORT = AnnualReport(
    site="lib", kind="library", year=2025, first=date(2025, 1, 1), last=date(2025, 12, 31), complete=True,
    besok01=396_687, gross=429_742.0, net=396_687.46, gross_counted=429_742.0, net_counted=396_687.46, filled=0.0,
    estimated_share=0.0, imputed_share=0.0, se=6_982.0, se_counting=6_982.0, se_missing=0.0, low=384_056.1,
    high=409_318.8, days=365, days_closed=19, days_whole=365, days_partly=0, days_missing=0, missing=(),
    hours_staffed=2900.0, hours_staffless=0.0,
    definitions=(), doors=(), corrections=(), imports=(), voids=(), remarks=(),
)  # fmt: skip
ZONE = "Europe/Stockholm"
pytestmark = pytest.mark.usefixtures("english")


def test_the_figure_says_how_it_comes_from_all_who_came() -> None:
    said = texts(national_statistics.summary(REPORT, ZONE))
    assert "Visits in 2025 (Besok01): 396,687, 95 % interval 384,056–409,319." in said
    assert "429,742 entries less the site's stated deductions (33,055)." in said
    assert "estimated" not in said


def test_what_is_estimated_is_said_and_what_is_not_taken_off_is_not() -> None:
    said = texts(national_statistics.summary(replace(REPORT, gross=396_687.46, estimated_share=0.021), ZONE))
    assert "2.1\u00a0% of it is imputed for times without data." in said and "deductions" not in said


def test_hours_without_staff_are_told_apart() -> None:
    said = texts(national_statistics.summary(replace(REPORT, hours_staffless=310.0), ZONE))
    assert "Open for 2,900 hours with staff, and 310 with card." in said


def test_too_few_days_give_no_figure() -> None:
    none = replace(REPORT, besok01=None, net=None, low=None, high=None)
    assert (
        texts(national_statistics.summary(none, ZONE))
        == "Visits in 2025 (Besok01): too few days were counted for a figure."
    )
