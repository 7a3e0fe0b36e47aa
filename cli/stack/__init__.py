"""The embedded stack: private servers and all services under one roof, the demo in it, and the doctor of it all."""
