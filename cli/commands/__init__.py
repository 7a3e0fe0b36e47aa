"""The commands of `besok`, a module for each group: options in, a service or store called, views printed.

A module loads once one of its commands is wanted; what takes long to load (pandas, scipy, the simulator) is imported in
the command that uses it.
"""
