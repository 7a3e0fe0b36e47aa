"""The doors of the `besok` command, a module for each group: options in, the room that does the work called."""
