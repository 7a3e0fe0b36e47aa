"""What one collector process commits, beside clients that only receive; and how soon after it was published.

    python -m benchmarks.ingest [--messages N] [--rounds N] [--formats native,milesight,codec] [--history 0,10,100]

A private broker holds the same queue for each of three: the collector (readings committed with buckets and days, in a
database with fsync), paho-mqtt and mosquitto_sub, which receive and acknowledge and do nothing else. They take turns
for several rounds; a ratio is the median of the rounds' ratios. Latency is from the publisher's call to the news of
the commit at a listener of the database, at 500 messages a second. `--history` measures once more with so many
million readings in the database (100 million take 15 GB). The processors' time, of collector and database together,
says on a busy machine too what a message costs.
"""

import argparse
import json
import platform
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from statistics import median, quantiles

import paho.mqtt.client as paho
import psycopg

from benchmarks import _history, _rig
from benchmarks._rig import CONTENDERS, FORMATS, ROOM, Drained, Rig
from besok.store.notify import listen

RATE = 500  # messages a second, for the latency
Times = dict[str, list[Drained]]  # of each round, by contender


def main() -> None:
    """Measure and print; the last line is JSON."""
    args = _arguments()
    figures: dict[str, object] = {"machine": f"{platform.machine()}, Python {platform.python_version()}"}
    with _rig.rig() as rig:
        for name in args.formats:
            with _rig.codecs_of(rig, name):
                figures[name] = rounds(rig, name, args.messages, args.rounds)
        figures["latency_ms"] = latency(rig, args.seconds)
        if args.history:
            past = _history.History(url=rig.url, oldest=rig.began - ROOM)
            figures["history"] = {
                str(millions): _with_past(past, rig, millions, args) for millions in args.history
            }
    first = figures[args.formats[0]]
    assert isinstance(first, dict)
    print(json.dumps({**first, **figures}))


def rounds(rig: Rig, name: str, messages: int, count: int) -> dict[str, float]:
    """Let the three take turns, print a table, and give the figures."""
    times: Times = {who: [] for who in CONTENDERS}
    for number in range(count):
        before = _stored(rig)
        run = _rig.fill(rig, FORMATS[name], messages, tuple(CONTENDERS))
        order = list(CONTENDERS)
        for who in order[number % 3 :] + order[: number % 3]:
            times[who].append(CONTENDERS[who](rig, run, messages))
        stored = _stored(rig) - before
        if stored != 2 * messages + 1:
            print(f"! {stored:,} readings were stored, not {2 * messages + 1:,}: some of it was refused")
    print(f"{name}: {messages:,} messages of two readings, median of {count} rounds")
    cpu = 1e6 * median(d.cpu_s for d in times["collector"]) / messages
    for who, drained in times.items():
        print(
            f"  {who:14} {messages / median(d.seconds for d in drained):9,.0f} messages/s{_of(times, who, cpu)}"
        )
    per_s = messages / median(d.seconds for d in times["collector"])
    return {
        "committed_per_s": round(2 * per_s),
        "messages_per_s": round(per_s),
        "cpu_us_per_message": round(cpu, 1),
        "ratio_to_paho": round(_ratio(times, "paho"), 2),
        "ratio_to_mosquitto_sub": round(_ratio(times, "mosquitto_sub"), 2),
    }


def _ratio(times: Times, to: str) -> float:
    return median(
        theirs.seconds / ours.seconds for theirs, ours in zip(times[to], times["collector"], strict=True)
    )


def _of(times: Times, who: str, cpu: float) -> str:
    if who != "collector":
        return ""
    shares = ", ".join(f"{_ratio(times, to):.2f} of {to}" for to in CONTENDERS if to != who)
    return f" committed: {shares}; {cpu:.0f} us of the processors each"


def _stored(rig: Rig) -> int:
    with psycopg.connect(rig.url) as conn:
        (count,) = conn.execute(
            "select count(*) from reading where time > %s", (rig.began - ROOM,)
        ).fetchone() or (0,)
    return int(count)


def latency(rig: Rig, seconds: float) -> dict[str, float]:
    """Milliseconds from publish to the news of the commit, at RATE messages a second."""
    stop, heard = threading.Event(), list[float]()
    ready = threading.Event()

    def note() -> None:
        for notice in listen(rig.url, ["readings"], stop):
            heard.append(time.time())
            if notice.channel != "readings":
                heard.clear()
                ready.set()

    listener = threading.Thread(target=note)
    listener.start()
    ready.wait(10)
    _rig.subscribe(rig, "collector")
    with _rig.contender(rig, "collector", 0) as process, _rig.client(rig, "publisher") as sender:
        _rig._go(process)
        for n in range(RATE):  # a second to warm up
            _send(sender, n)
        began = datetime.now(UTC)
        for n in range(int(RATE * seconds)):
            _send(sender, n)
        time.sleep(1)  # what is under way arrives, and the listener hears of it
    stop.set()
    listener.join()
    with psycopg.connect(
        rig.url
    ) as conn:  # a transaction notifies once, and one writer commits in the order it receives
        batches = conn.execute(
            "select array_agg(extract(epoch from time)) from reading where metric = 1 and received >= %s"
            " group by xmin order by min(received)",
            (began,),
        ).fetchall()
    waits = [
        1000 * (at - float(t))
        for (times,), at in zip(batches, heard[-len(batches) :], strict=True)
        for t in times
    ]
    cuts = quantiles(waits, n=100)
    figures = {"p50": round(cuts[49], 1), "p95": round(cuts[94], 1), "p99": round(cuts[98], 1)}
    print(f"latency at {RATE} messages/s: " + ", ".join(f"{name} {ms} ms" for name, ms in figures.items()))
    return figures


def _send(sender: paho.Client, n: int) -> None:
    """Publish one message at its time: the n-th of this second's and the ones to come."""
    time.sleep(1 / RATE - time.time() % (1 / RATE))
    topic, _ = _rig.native(n % _rig.DOORS, datetime.now(UTC))
    sender.publish(topic, json.dumps({"time": datetime.now(UTC).isoformat(), "in": 1}), qos=1)


def _with_past(past: _history.History, rig: Rig, millions: int, args: argparse.Namespace) -> dict[str, float]:
    """Return the figures of native messages with so many readings in the database."""
    past.grow(millions * 1_000_000)
    print(f"with {past.readings:,} readings of the past in the database:")
    return rounds(rig, "native", args.messages, args.rounds)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--messages", type=int, default=60_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=20, help="of the measurement of latency")
    parser.add_argument(
        "--formats", type=_names, default=list(FORMATS), help="of the messages; the first one leads"
    )
    parser.add_argument("--history", type=_numbers, default=[], help="millions of readings, such as 0,10,100")
    return parser.parse_args()


def _names(text: str) -> Sequence[str]:
    return [name for name in text.split(",") if name in FORMATS]


def _numbers(text: str) -> Sequence[int]:
    return [int(number) for number in text.split(",")]


if __name__ == "__main__":
    main()
