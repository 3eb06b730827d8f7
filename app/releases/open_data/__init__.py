"""Open data: the public edition for everybody, as files with a dictionary and a catalogue."""
