"""MQTT topic filters: whether one is written correctly, and whether it takes a topic."""


def problem(topic_filter: str) -> str | None:
    """What is wrong with a topic filter, and what to do; None if nothing is."""
    if not topic_filter:
        return "it is empty; write the topic of the messages, such as counters/+/state"
    if topic_filter.startswith("$share/"):
        return "$share belongs to the collector's subscription; leave out $share and the group after it"
    if "\0" in topic_filter or len(topic_filter.encode("utf-8", "replace")) > 65_535:
        return "no broker takes such a topic"
    levels = topic_filter.split("/")
    for number, level in enumerate(levels, 1):
        if "#" in level and (level != "#" or number != len(levels)):
            return "# takes all that follows, so it stands alone in the last level, as in counters/#"
        if "+" in level and level != "+":
            return "+ takes one whole level, so it stands alone between two /, as in counters/+/state"
    return None


def matches(topic_filter: str, topic: str) -> bool:
    """Whether a (correct) topic filter takes `topic`, by the rules of MQTT."""
    if topic_filter == topic:
        return "#" not in topic and "+" not in topic
    wanted, levels = topic_filter.split("/"), topic.split("/")
    if topic.startswith("$") and wanted[0] in ("#", "+"):
        return False  # what the broker says of itself is asked for by name only
    if wanted[-1] == "#":
        wanted.pop()
        levels = levels[: len(wanted)]  # "a/#" takes "a" as well
    return len(wanted) == len(levels) and all(
        w in ("+", level) for w, level in zip(wanted, levels, strict=True)
    )
