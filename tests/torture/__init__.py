"""Exactly-once effect, proved: known readings while everything is killed, then database and truth reading by reading.

    make torture                                        # the long form, on both brokers
    python -m tests.torture --broker rabbitmq --readings 20000 --seed 7

`world` knows what is true, `sender` tells the broker and remembers what it acknowledged, `schedule` says what fails and
when, `house` holds the programs that are killed, `proxy` is the network between collector and database, `run` does it
all, and `verdict` compares. docs/reference/results-delivery.md says what is promised and what was measured.
"""
