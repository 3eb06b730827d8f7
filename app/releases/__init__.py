"""Releases: what is published, frozen and protected."""
