"""Values on their way into the library and out of it: exact, or an error."""
from __future__ import annotations

import datetime
import operator
import os
from decimal import Decimal
from fractions import Fraction
from typing import Any, List, Optional, SupportsIndex, Tuple, Union

from ._errors import error_of
from ._load import native

lib: Any = native.lib
ffi: Any = native.ffi

Exact = Union[int, Decimal, Fraction]
Instant = datetime.datetime
Path = Union[str, "os.PathLike[str]"]

UNSET = -(1 << 63)
UINT32_MAX = (1 << 32) - 1
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
_MICROSECOND = datetime.timedelta(microseconds=1)
_MICRO = 1_000_000
_MICROS_PER_HOUR = 3_600 * _MICRO


def version() -> str:
    """The library's version."""
    return str(ffi.string(lib.drawdown_version()).decode())


def abi_version() -> int:
    """The loaded library's ABI version."""
    return int(lib.drawdown_abi_version())


def check(code: int, error: Any) -> None:
    """Raises what `error` (a drawdown_error*) says, unless `code` is 0."""
    if code == 0:
        return
    message = ffi.string(lib.drawdown_error_message(error[0])).decode("utf-8", "replace")
    lib.drawdown_error_free(error[0])
    raise error_of(code, ffi.string(lib.drawdown_code_name(code)).decode(), message)


def text(value: str, alive: List[Any]) -> Any:
    """A drawdown_text; `alive` keeps its bytes until the call is over."""
    if not isinstance(value, str):
        raise TypeError(f"expected str, not {type(value).__name__}")
    return _text_of(value.encode(), value, alive)


def path(value: Path, alive: List[Any]) -> Any:
    """A drawdown_text of a file's name, whose bytes need not be UTF-8."""
    return _text_of(os.fsencode(value), value, alive)


def _text_of(data: bytes, value: object, alive: List[Any]) -> Any:
    if b"\0" in data:  # What takes a name would end it there.
        raise ValueError(f"{value!r} has a NUL character")
    buffer = ffi.from_buffer(data)
    alive.append(buffer)
    made = ffi.new("drawdown_text*")
    made.data = buffer
    made.size = len(data)
    alive.append(made)
    return made[0]


def instant(value: Optional[Instant]) -> int:
    """Microseconds since 1970 UTC; None is "not given"."""
    if value is None:
        return UNSET
    if not isinstance(value, datetime.datetime):
        raise TypeError(f"expected an aware datetime, not {type(value).__name__}")
    if value.tzinfo is None or value.utcoffset() is None:
        raise ValueError(f"{value} has no time zone: give an aware datetime")
    return (value - _EPOCH) // _MICROSECOND


def to_datetime(micros: int) -> Instant:
    """An aware datetime in UTC."""
    return _EPOCH + datetime.timedelta(microseconds=micros)


def to_decimal(units: int, scale: int) -> Decimal:
    """units x 10^-scale, exact: never through a context's precision."""
    return Decimal(f"{units}E-{scale}")


def whole(value: SupportsIndex, what: str, low: int = 0, high: int = (1 << 64) - 1) -> int:
    """An int, or what counts as one exactly (numpy's): nothing that would be rounded."""
    try:
        exact = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        exact = None
    if exact is None:
        raise TypeError(f"{what} is {type(value).__name__}: give an int")
    if exact < low:
        raise ValueError(f"{what} {exact} is less than {low}")
    if exact > high:
        raise OverflowError(f"{what} {exact} is more than {high}")
    return exact


def _scaled(value: Exact, factor: int, what: str) -> int:
    if hasattr(value, "__index__") and not isinstance(value, bool):
        value = operator.index(value)
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, Fraction)):
        raise TypeError(f"{what} is {type(value).__name__}: give int, Decimal or Fraction")
    if isinstance(value, Decimal) and not value.is_finite():
        raise ValueError(f"{what} {value} is not a number")
    exact = Fraction(value) * factor
    if exact.denominator != 1:
        raise ValueError(f"{what} {value} is not exact in the unit that is stored")
    return exact.numerator


def ratio(value: Exact, what: str) -> Tuple[int, int]:
    """A part of a whole in lowest terms."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, Fraction)):
        raise TypeError(f"{what} is {type(value).__name__}: give int, Decimal or Fraction")
    exact = Fraction(value)
    return exact.numerator, exact.denominator


def micro_gpus(value: Exact) -> int:
    """GPUs in millionths."""
    return _scaled(value, _MICRO, "gpus")


def millionths(factor: Exact) -> int:
    """A factor in millionths."""
    return _scaled(factor, _MICRO, "factor")


def gpu_us(hours: Exact) -> int:
    """GPU-hours in GPU-microseconds."""
    return _scaled(hours, _MICROS_PER_HOUR, "gpu_hours")


def money(amount: Exact) -> int:
    """Money in 1e-18 of its currency."""
    return _scaled(amount, 10**18, "amount")


def gpu_time(gpu_us: SupportsIndex, what: str) -> int:
    """GPU-microseconds, as they are."""
    return whole(gpu_us, what, 0, (1 << 127) - 1)


def int128(value: int) -> Any:
    """A drawdown_int128."""
    if not -(1 << 127) <= value < 1 << 127:
        raise OverflowError(f"{value} does not fit 128 bits")
    made = ffi.new("drawdown_int128*")
    made.low = value & ((1 << 64) - 1)
    made.high = value >> 64
    return made[0]


def of_int128(value: Any) -> int:
    """An int of a drawdown_int128."""
    return (int(value.high) << 64) | int(value.low)


def micros_of(length: datetime.timedelta) -> int:
    """A length of time in microseconds."""
    if not isinstance(length, datetime.timedelta):
        raise TypeError(f"expected a timedelta, not {type(length).__name__}")
    return length // _MICROSECOND


def struct_of(name: str) -> Any:
    """A new struct with the defaults of its _INIT macro."""
    made = ffi.new(f"drawdown_{name}*")
    made[0] = getattr(lib, f"drawdown_py_{name}")
    return made
