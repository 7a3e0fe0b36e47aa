"""People counters that push JSON: Xovis (v5, logics), Axis (3D People Counter, retail data), Milesight (VS125).

Formats: the vendors' push descriptions. All of them report periods in UTC by their own clock.
"""

from typing import Any

from sensors_sim.formats.jsontext import compact
from sensors_sim.reports import Flow, Level, Report
from sensors_sim.times import utc, utc_ms


def xovis(report: Report) -> tuple[str, bytes]:
    """Encode a push of logics: a line logic with forward and backward, a zone logic with its balance."""
    body: dict[str, Any] = {
        "logics_data": {
            "package_info": {"id": report.seq, "version": "5.0", "agent_id": 1},
            "sensor_info": {
                "serial_number": report.device,
                "type": "SINGLE_SENSOR",
                "timezone": "UTC",
                "time": utc_ms(report.time),
            },
            "logics": [_logic(report, item) for item in report.items],
        },
    }
    return f"xovis/{report.device}/logics", compact(body)


def _logic(report: Report, item: Flow | Level) -> dict[str, Any]:
    if isinstance(item, Flow):
        name, info, period_s = item.line, "XLT_LINE_IN_OUT_COUNT", item.period_s
        counts = {"fw": item.entries, "bw": item.exits}
    else:
        name, info, period_s = item.region, "XLT_ZONE_OCCUPANCY_COUNT", 0
        counts = {"balance": item.value}
    record = {
        "from": utc_ms(report.time - period_s * 1000),
        "to": utc_ms(report.time),
        "samples": period_s * 12,
        "samples_expected": period_s * 12,
        "counts": [{"id": n, "name": label, "value": v} for n, (label, v) in enumerate(counts.items())],
    }
    return {"id": _number(name), "name": f"Logic {name}", "info": info, "records": [record]}


def axis(report: Report) -> tuple[str, bytes]:
    """Encode a push of retail data: the people of a period by direction."""
    (flow,) = report.flows
    begins, ends = utc(report.time - flow.period_s * 1000), utc(report.time)
    counts = {
        "kind": "people-counts",
        "utcFrom": begins,
        "utcTo": ends,
        "items": [
            {"direction": direction, "count": count, "adults": count}
            for direction, count in (("in", flow.entries), ("out", flow.exits))
        ],
    }
    body: dict[str, Any] = {
        "apiName": "Axis Retail Data",
        "apiVersion": "0.4",
        "sensor": {
            "application": "AXIS People Counter",
            "name": "door",
            "timeZone": "UTC",
            "serial": report.device,
        },
        "data": {"utcSent": ends, "utcFrom": begins, "utcTo": ends, "measurements": [counts]},
    }
    return f"axis/{report.device}/retail", compact(body)


def milesight(report: Report) -> tuple[str, bytes]:
    """Encode a report of a VS125: running totals and the counts of the period per line, people per region."""
    flows = report.flows
    longest = max((f.period_s for f in flows), default=0)
    body: dict[str, Any] = {
        "event": "Report",
        "device_info": {"device_sn": report.device, "firmware_version": "V_125.1.0.3"},
        "time_info": {"start_time": utc(report.time - longest * 1000), "end_time": utc(report.time)},
    }
    if flows:
        body["line_total_data"] = [_total(flow) for flow in flows]
        body["line_periodic_data"] = [
            {"line": _number(f.line), "total": {"in_counted": f.entries, "out_counted": f.exits}}
            for f in flows
        ]
    if report.levels:
        regions = [{"region": _number(v.region), "total": {"current_total": v.value}} for v in report.levels]
        body["region_data"] = {"region_count_data": regions}
    return f"milesight/{report.device}/report", compact(body)


def _total(flow: Flow) -> dict[str, Any]:
    total_in, total_out = flow.totals or (flow.entries, flow.exits)
    counted = {"in_counted": total_in, "out_counted": total_out, "capacity_counted": total_in - total_out}
    return {"line": _number(flow.line), "line_name": f"Line{flow.line}", "total": counted}


def _number(name: str) -> int | str:
    return int(name) if name.isdecimal() else name
