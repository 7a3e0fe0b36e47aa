"""Three machines of which one fails, and a branch whose line is cut, by the files of `deploy/ha/`: `make ha-check`.

`machines` starts what those files describe, each machine at a loopback address of its own, `scenario` lets machines and
programs fail under load, `branch` cuts a bridge's line, `writers` watches who can commit. What is sent and compared is
the torture rig's. docs/how-to/survive-a-machine.md has what was measured.
"""
