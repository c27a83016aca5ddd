"""Exceptions, by the code that the library gives."""
from __future__ import annotations

from typing import Any, Dict, Type


class DrawdownError(Exception):
    """Something the library refused or could not do.

    `code` is its number (drawdown.h), `detail` the number's name ("busy"),
    `message` one line for a person.
    """

    def __init__(self, code: int, detail: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.detail = detail
        self.message = message

    def __reduce__(self) -> Any:
        return type(self), (self.code, self.detail, self.message)


class BadInputError(DrawdownError):
    """A file, a row, a contract or a number cannot be accepted."""


class ConflictError(BadInputError):
    """The same id was given before with something else."""


class UnknownNameError(BadInputError):
    """A tenant or pool that is not in the books, with strict=True."""


class OverflowedError(BadInputError):
    """A total does not fit."""


class StateError(DrawdownError):
    """The call does not fit what it names, or an argument is out of its range."""


class NotFoundError(StateError):
    """No such contract, run, hold or period."""


class HoldRequiredError(StateError):
    """A hard quota of GPU time is over the run: start it with a hold."""


class LedgerError(DrawdownError):
    """The ledger's directory or its host."""


class BusyError(LedgerError):
    """Another process holds the writer lock past the deadline, or limits changed
    during the call. Try again."""


class DiskFullError(LedgerError):
    """There is no room; nothing was lost."""


class CorruptError(LedgerError):
    """A checksum, the chain or an invariant is broken. See `drawdown verify`."""


class ForkedError(LedgerError):
    """The Ledger was inherited over fork(): open another in the child."""


class MisuseError(DrawdownError):
    """A closed object was used, or the library's interface was not understood."""


class RefusedError(DrawdownError):
    """A quota has no room. `refusal` is the reason as a dict."""

    def __init__(self, refusal: Dict[str, Any]) -> None:
        super().__init__(0, "refused", str(refusal["description"]))
        self.refusal = refusal

    def __reduce__(self) -> Any:
        return type(self), (self.refusal,)


_BY_CODE: Dict[int, Type[DrawdownError]] = {
    106: ConflictError,
    109: UnknownNameError,
    111: OverflowedError,
    202: NotFoundError,
    205: HoldRequiredError,
    306: BusyError,
    307: DiskFullError,
    309: CorruptError,
    311: ForkedError,
}
_BY_HUNDRED: Dict[int, Type[DrawdownError]] = {
    1: BadInputError, 2: StateError, 3: LedgerError, 4: MisuseError}


def error_of(code: int, detail: str, message: str) -> DrawdownError:
    """The exception for a code, of the nearest class there is."""
    kind = _BY_CODE.get(code, _BY_HUNDRED.get(code // 100, DrawdownError))
    return kind(code, detail, message)
