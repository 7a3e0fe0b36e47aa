"""Output of commands: tables, the annual report, sensors, calibration."""
