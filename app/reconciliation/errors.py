"""What linking refuses."""


class DecisionError(Exception):
    """A reviewer's decision names something that cannot be decided. Carries a code, no data."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
