"""MQTT topic filters: whether one is written correctly."""


def problem(topic_filter: str) -> str | None:
    """Say what is wrong with a topic filter, and what to do; None if nothing is."""
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
