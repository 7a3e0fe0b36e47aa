"""Charts as pure functions: data in, figure out. Colours that need a theme come from the style sheet."""
