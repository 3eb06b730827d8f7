"""What every test may use."""

import os

# Tests call with plain bearer tokens unless they say otherwise; set before anything reads the settings.
os.environ["INTERTRATA_MODE"] = "demo"

# They are faster than people; the limits have tests of their own.
for limit in (
    "REQUESTS_PER_CLIENT_MINUTE",
    "REQUESTS_PER_OFFICER_MINUTE",
    "TOKENS_PER_ADDRESS_MINUTE",
    "TOKENS_PER_CLIENT_MINUTE",
    "OPEN_PER_ADDRESS_MINUTE",
):
    os.environ[f"INTERTRATA_{limit}"] = "1000000"

pytest_plugins = ("support.database_fixtures", "support.web_fixtures", "support.registry_fixtures")
