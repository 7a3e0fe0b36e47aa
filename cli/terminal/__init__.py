"""What commands print: tables, the annual report, sensors, calibration."""
