"""The embedded stack: private servers and all services on one machine, the demo, and the doctor."""
