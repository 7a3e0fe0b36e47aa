"""LoRaWAN: one file per network server (the envelope), `frames/` with one file per vendor (the bytes inside)."""
