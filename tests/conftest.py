"""What every test may use."""

import os

# Tests call with plain bearer tokens unless they say otherwise; set before anything reads the settings.
os.environ["INTERTRATA_MODE"] = "demo"

pytest_plugins = ("support.database_fixtures", "support.web_fixtures", "support.registry_fixtures")
