"""The base of every refusal that a person can understand and mend."""

from django.utils.functional import Promise


class Refusal(Exception):
    """A known refusal: raised by an action, shown as a form error by a view, printed as one line by a command.

    Attributes:
        code: short stable word for tests and machines.
        message: one sentence in plain words, in the reader's language.
    """

    code = "refused"

    def __init__(self, message: str | Promise, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        return str(self.message)
