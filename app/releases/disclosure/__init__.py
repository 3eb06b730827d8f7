"""Disclosure control: which cells of a linked set of tables are withheld, and proof that they stay so.

Pure: counts in, decisions out. ``protecting.protect`` is the way in; what it returns has passed ``audit``.
"""
