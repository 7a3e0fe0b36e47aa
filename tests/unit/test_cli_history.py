from datetime import date

from cli.simulation.history import Gap, History, advance, gaps, load, save

TODAY = date(2026, 11, 25)


def day(number: int) -> date:
    return date(2026, 11, number)


def test_at_first_everything_is_missing():
    assert gaps(History(), TODAY, 3) == [Gap(first=day(22), last=day(24))]
    assert gaps(History(), TODAY, 0) == []


def test_an_interrupted_history_goes_on_where_it_ended():
    assert gaps(History(done_until=day(22)), TODAY, 3) == [Gap(first=day(23), last=day(24))]
    assert gaps(History(done_until=day(24)), TODAY, 3) == []


def test_a_day_that_was_live_in_part_is_finished_as_live_and_the_rest_as_history():
    known = History(done_until=day(20), live_since=day(21), live_until=day(22))
    assert gaps(known, TODAY, 30) == [
        Gap(first=day(21), last=day(22), live=True),
        Gap(first=day(23), last=day(24)),
    ]


def test_a_second_start_on_the_same_day_adds_nothing():
    assert gaps(History(done_until=day(24), live_since=TODAY, live_until=TODAY), TODAY, 30) == []


def test_days_that_were_live_until_now_are_finished_as_live():
    known = History(done_until=day(20), live_since=day(21), live_until=TODAY)
    assert gaps(known, TODAY, 30) == [Gap(first=day(21), last=day(24), live=True)]


def test_filling_that_was_itself_interrupted_goes_on():
    known = History(done_until=day(21), live_since=day(21), live_until=day(22))
    assert gaps(known, TODAY, 30) == [
        Gap(first=day(22), last=day(22), live=True),
        Gap(first=day(23), last=day(24)),
    ]
    assert gaps(History(done_until=day(23), live_since=day(21), live_until=day(22)), TODAY, 30) == [
        Gap(first=day(24), last=day(24))
    ]


def test_a_first_history_that_was_cut_short_is_filled_before_the_days_that_were_live():
    known = History(done_until=day(18), live_since=day(21), live_until=day(22))
    assert gaps(known, TODAY, 30) == [
        Gap(first=day(19), last=day(20)),
        Gap(first=day(21), last=day(22), live=True),
        Gap(first=day(23), last=day(24)),
    ]


def test_it_is_remembered(tmp_path):
    file = tmp_path / "history.json"
    assert load(file) == History()
    save(file, History(live_since=day(21)))
    advance(file, day(22))
    assert load(file) == History(done_until=day(22), live_since=day(21))
