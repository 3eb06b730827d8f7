"""SDMX: published releases as dataflows, by the REST API 2.1 of the standard and by the older paths."""
