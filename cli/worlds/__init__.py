"""Worlds whose truth is known: who was really there, and what fallible counters made of it."""
