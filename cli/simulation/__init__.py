"""Simulation commands: scenarios, history, what-if, and worlds learnt from stored history."""
