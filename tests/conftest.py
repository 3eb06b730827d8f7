"""What every test may use."""

pytest_plugins = ("support.database_fixtures", "support.web_fixtures", "support.registry_fixtures")
