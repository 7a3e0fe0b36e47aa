"""LoRaWAN: envelopes of network servers, vendors' codecs, frame layouts, and how they become readings."""
