"""The types of what we read: each takes what the API may mean by it, or raises ValueError."""

from datetime import UTC, datetime, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import PlainValidator

from podero_admin.podero.contract.moments import in_utc, is_never
from podero_admin.podero.contract.words import BoostState, PriceZone, Status
from podero_admin.podero.reading import read_uuid

LARGEST_WHOLE = 2**31 - 1
LARGEST_EXPONENT = 30


def read_moment(value: object) -> datetime | None:
    """Read a date-time as UTC; one without a zone counts as UTC, one in the year 1 is None.

    Raises ValueError for what is no date-time, or lies beyond the calendar.
    """
    if value is None:
        return None
    moment = datetime.fromisoformat(_text(value))
    return None if is_never(moment) else in_utc(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def read_clock(value: object) -> time | None:
    """Read a time of day from HH:MM, HH:MM:SS or a date-time, as it is written: no zone is converted.

    Raises ValueError for what is none of them.
    """
    if value is None:
        return None
    text = _text(value)
    is_clock = ":" in text[:3]
    clock = time.fromisoformat(text) if is_clock else datetime.fromisoformat(text).time()
    return clock.replace(tzinfo=None, microsecond=0)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("text is expected")  # noqa: TRY004  # pydantic turns only a ValueError into a field's problem
    return value


def _read_text(value: object) -> str | None:
    return None if value is None else _text(value)


def _read_code(value: object) -> str | None:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else _read_text(value)


def _read_flag(value: object) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise ValueError("true or false is expected")


def _read_amount(value: object) -> Decimal | None:
    """Read a number, or a text that holds one; far beyond any use counts as unreadable."""
    if value is None:
        return None
    try:
        amount = Decimal("" if isinstance(value, bool) else str(value))
    except InvalidOperation:
        raise ValueError("a number is expected") from None
    if (
        not amount.is_finite()
        or abs(amount.adjusted()) > LARGEST_EXPONENT
        or len(amount.as_tuple().digits) > 2 * LARGEST_EXPONENT
    ):
        raise ValueError("a usable number is expected")
    return amount


def _read_number(value: object) -> float | None:
    amount = _read_amount(value)
    return None if amount is None else float(amount)


def _read_whole(value: object) -> int | None:
    amount = _read_amount(value)
    if amount is None:
        return None
    if amount != amount.to_integral_value() or abs(amount) > LARGEST_WHOLE:
        raise ValueError("a whole number is expected")
    return int(amount)


def _read_id(value: object) -> UUID | None:
    found = value if value is None or isinstance(value, UUID) else read_uuid(value)
    if found is None and value is not None:
        raise ValueError("a UUID is expected")
    return found


def _one_of(kind: type[StrEnum]) -> PlainValidator:
    """A value of the enum; one that we do not know stays text."""
    known: dict[str, str] = {member.value: member for member in kind}
    return PlainValidator(lambda value: None if value is None else known.get(_text(value), value))


ReadFlag = Annotated[bool | None, PlainValidator(_read_flag)]
ReadWhole = Annotated[int | None, PlainValidator(_read_whole)]
ReadNumber = Annotated[float | None, PlainValidator(_read_number)]
ReadAmount = Annotated[Decimal | None, PlainValidator(_read_amount)]
ReadText = Annotated[str | None, PlainValidator(_read_text)]
ReadCode = Annotated[str | None, PlainValidator(_read_code)]
ReadMoment = Annotated[datetime | None, PlainValidator(read_moment)]
ReadClock = Annotated[time | None, PlainValidator(read_clock)]
ReadId = Annotated[UUID | None, PlainValidator(_read_id)]
OwnId = Annotated[UUID, PlainValidator(_read_id)]
ReadStatus = Annotated[Status | str | None, _one_of(Status)]
ReadZone = Annotated[PriceZone | str | None, _one_of(PriceZone)]
ReadBoost = Annotated[BoostState | str | None, _one_of(BoostState)]
