"""LoRaWAN: the bytes of frames become named fields (layout.py, layouts/), fields become readings by a model table."""
