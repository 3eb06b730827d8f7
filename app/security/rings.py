"""The key ring on disk, read again when another process has changed it."""

from pathlib import Path
from threading import Lock

from app.security import key_store
from app.security.key_store import KeyProvider
from app.security.keyring import KeyRing


class RingFile:
    """``keyring`` is what stood at the last look; ``renewed`` looks again."""

    def __init__(self, home: Path, provider: KeyProvider) -> None:
        self._home, self._provider = home, provider
        self._lock = Lock()
        self.keyring = KeyRing.load_or_create(home, provider)
        self._mark = key_store.mark_of(home / "keys")

    def renewed(self) -> KeyRing | None:
        """The ring where the file has changed since it was last read, else None.

        A file that cannot be read just now leaves the former ring in use: what was sealed stays readable.
        """
        with self._lock:
            try:
                mark = key_store.mark_of(self._home / "keys")
                if mark == self._mark:
                    return None
                self.keyring = KeyRing.load(self._home, self._provider)
            except (OSError, key_store.KeyStoreError):
                return None
            self._mark = mark
            return self.keyring

    def another(self) -> "RingFile":
        """The same file, for somebody who looks by himself: a change is told once to each."""
        return RingFile(self._home, self._provider)
