"""What the library calls back: a clock, and how far an import is."""
from __future__ import annotations

import traceback
from typing import Any, Callable, Optional

from . import _values as v
from ._values import Instant, ffi

ProgressCallback = Callable[[str, int, int], None]
ClockCallback = Callable[[], Instant]


class Progress:
    """Tells a function how far an import is, and keeps what it raised until `raise_if_any`."""

    def __init__(self, tell: ProgressCallback) -> None:
        self._tell = tell
        self._raised: Optional[BaseException] = None
        self.context = ffi.new_handle(self)

    def told(self, phase: str, done: int, total: int) -> None:
        """Called by the library; must not raise."""
        if self._raised is not None:
            return
        try:
            self._tell(phase, done, total)
        except BaseException as error:
            self._raised = error

    def raise_if_any(self) -> None:
        """What the function raised, once the import is over."""
        if self._raised is not None:
            raise self._raised


class Clock:
    """A ledger's time source. Where the function raises, time stands still."""

    def __init__(self, read: ClockCallback) -> None:
        self._read = read
        self._last = v.instant(read())
        self.context = ffi.new_handle(self)

    def now(self) -> int:
        """Called by the library; must not raise."""
        try:
            self._last = v.instant(self._read())
        except Exception:
            traceback.print_exc()
        return self._last


def _progress(context: Any, phase: Any, done: int, total: int) -> None:
    ffi.from_handle(context).told(ffi.string(phase).decode(), done, total)


def _now(context: Any) -> int:
    return int(ffi.from_handle(context).now())


ffi.def_extern(name="drawdown_py_progress")(_progress)
ffi.def_extern(name="drawdown_py_now")(_now)
