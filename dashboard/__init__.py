"""The screens: Dash on the web server's FastAPI. `dashboard.app.attach` adds them."""
