"""What the library calls back: a clock, and how far an import is."""
from __future__ import annotations

import traceback
from types import TracebackType
from typing import Any, Callable, List, Optional

from . import _values as v
from ._values import Instant, ffi

ProgressCallback = Callable[[str, int, int], None]
ClockCallback = Callable[[], Instant]


class Callback:
    """A function that the library calls. What it raises is kept until `raise_if_any`."""

    def __init__(self) -> None:
        self.raised: Optional[BaseException] = None
        self.context = ffi.new_handle(self)

    def raise_if_any(self) -> None:
        """What the function raised, once the library's call is over."""
        raised, self.raised = self.raised, None
        if raised is not None:
            raise raised


class Progress(Callback):
    """Tells a function how far an import is, until it raises something."""

    def __init__(self, tell: ProgressCallback) -> None:
        super().__init__()
        self.tell = tell


class Notes(Callback):
    """What a reader should know of an import, a line each."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: List[str] = []


class Clock(Callback):
    """A ledger's time source. Where the function raises, time stands still.

    Errors are printed, as they may be another thread's; what ends a program, such as
    Ctrl-C, is raised by the call that was made.
    """

    def __init__(self, read: ClockCallback) -> None:
        super().__init__()
        self.read = read
        self.last = v.instant(read())


def _progress(context: Any, phase: Any, done: int, total: int) -> None:
    progress = ffi.from_handle(context)
    if progress.raised is None:
        progress.tell(ffi.string(phase).decode(), done, total)


def _keep(kind: Any, error: BaseException, trace: TracebackType) -> None:
    ffi.from_handle(trace.tb_frame.f_locals["context"]).raised = error


def _note(context: Any, line: Any) -> None:
    ffi.from_handle(context).lines.append(ffi.string(line).decode("utf-8", "replace"))


def _now(context: Any) -> int:
    clock = ffi.from_handle(context)
    clock.last = v.instant(clock.read())
    return int(clock.last)


def _now_raised(kind: Any, error: BaseException, trace: TracebackType) -> int:
    clock = ffi.from_handle(trace.tb_frame.f_locals["context"])
    if isinstance(error, Exception):
        traceback.print_exception(kind, error, trace)
    else:
        clock.raised = error
    return int(clock.last)


ffi.def_extern(name="drawdown_py_progress", onerror=_keep)(_progress)
ffi.def_extern(name="drawdown_py_note", onerror=_keep)(_note)
ffi.def_extern(name="drawdown_py_now", onerror=_now_raised)(_now)
