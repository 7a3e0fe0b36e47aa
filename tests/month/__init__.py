"""A month of operation, played in less than an hour: programs are killed, disks fill, clocks jump, and it is upgraded.

The time of day moves in scenes of some hours, as Debian's libfaketime tells it to each program, while programs work at
their own speed. What sensors sent is known, so at the end each day's figure must be exactly theirs.
"""
