"""Simulated days: scenarios by name, history written at once, what-if, and worlds learnt from what is stored."""
