"""FLIR Brickstream: metrics in XML, door by door."""

from hearing import heard, timed

from besok.model.decode_context import DecodeContext


def metrics(*counts: str) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Metrics SiteId="665" Sitename="Plaza" DeviceId="SD-01" Devicename="Entrance"><Properties>
<MacAddress>00:b0:9d:00:00:01</MacAddress><Timezone>1</Timezone><DST>1</DST></Properties><ReportData Interval="1">
<Report Date="2024-12-01"><Object Id="0" DeviceId="SD-01" ObjectType="0" Name="Door 01">{"".join(counts)}</Object>
</Report></ReportData></Metrics>""".encode()


def count(
    enters: int, starts: str = "10:00:00", ends: str = "10:01:00", unix: int = 0, status: int = 0
) -> str:
    return (
        f'<Count StartTime="{starts}" EndTime="{ends}" UnixStartTime="{unix}" Enters="{enters}" Exits="1" '
        f'Status="{status}"/>'
    )


def test_each_interval_counts_in_the_time_of_the_site() -> None:
    decoded = heard(
        metrics(count(3), count(5, "23:59:00", "00:00:00")), known=DecodeContext(zone="Europe/Stockholm")
    )
    assert timed(decoded)[::2] == [
        ("flow:0", "in", 3, "2024-12-01T09:01:00Z", 60),
        ("flow:0", "in", 5, "2024-12-01T23:00:00Z", 60),
    ]
    assert {(r.source, r.device) for r in decoded.readings} == {("brickstream", "00b09d000001")}


def test_a_start_in_seconds_since_1970_wins() -> None:
    assert (
        timed(heard(metrics(count(3, unix=1733047200)), known=DecodeContext(zone="Asia/Tokyo")))[0][3]
        == "2024-12-01T10:01:00Z"
    )


def test_counts_that_are_not_right_are_told_and_the_others_count() -> None:
    decoded = heard(metrics(count(3, status=1), count(4, "10:01:00", "10:02:00")))
    assert [t[2] for t in timed(decoded)] == [4, 1] and 'Status "1"' in decoded.problems[0]
