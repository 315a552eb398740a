"""How an answer is read: a single field never fails it, and nothing that the API said is lost."""

from collections.abc import Iterable
from typing import Any, ClassVar, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from podero_admin.podero.errors import ContractViolation
from podero_admin.podero.reading import read_uuid, readable_id, storable


def told(*, required: bool = False, null: bool = False, default: Any = ..., max_length: int | None = None) -> Any:
    """Declare a field of an answer, None where it is missing; the rest documents what the contract says of it.

    `max_length` counts characters.
    """
    said: dict[str, Any] = {"required": required, "null": null, "maxLength": max_length}
    return Field(default=None, json_schema_extra=said if default is ... else {**said, "default": default})


class Told(BaseModel):
    """Anything the API tells: a field that does not fit is None, and its path goes on the list of problems."""

    model_config = ConfigDict(extra="allow", frozen=True)
    inside: ClassVar[str] = ""

    @model_validator(mode="wrap")
    @classmethod
    def _odd_is_none(cls, answer: Any, read: ModelWrapValidatorHandler[Self], info: ValidationInfo) -> Self:
        """Only an answer with an odd field is read twice; what is no object at all is odd in what holds it."""
        problems: list[str] = [] if info.context is None else info.context
        before = len(problems)
        try:
            return read(answer)
        except ValidationError as error:
            odd = dict.fromkeys(problem["loc"][0] for problem in error.errors(include_url=False) if problem["loc"])
            if not odd:
                raise
        del problems[before:]
        found = read({**answer, **odd})
        problems += [f"{cls.inside}{name}" for name in odd]
        return found

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """Show the id alone: the rest is personal, or a link that lets somebody in."""
        return [("id", getattr(self, "id", None))]


class Record(Told):
    """An object with an id of its own, and everything else the API said about it."""

    noun: ClassVar[str]
    _raw: dict[str, Any] = PrivateAttr(default_factory=dict)
    _problems: list[str] = PrivateAttr(default_factory=list)

    @property
    def raw(self) -> dict[str, Any]:
        """The whole object as it came, in its own order."""
        return self._raw

    @property
    def problems(self) -> list[str]:
        """The fields that did not fit the contract, as paths; they are None."""
        return self._problems

    @classmethod
    def parse(cls, answer: object) -> Self:
        """Read an answer; raises ContractViolation only where it is no object, has no usable id or is far too deep."""
        try:
            raw = storable(answer)
        except ValueError:
            text = f"Podero's {cls.noun} is nested too deeply."
            raise ContractViolation(text, readable_id=readable_id(answer)) from None
        return cls.read(raw)

    @classmethod
    def in_one_form(cls, answer: dict[str, Any]) -> dict[str, Any]:
        """Give a field the name it is read by, where answers have several; `raw` keeps what came."""
        return answer

    @classmethod
    def read(cls, answer: object) -> Self:
        """Read what can be stored as it is, such as `read_json` gives; raises ContractViolation without a usable id."""
        if not isinstance(answer, dict) or read_uuid(answer.get("id")) is None:
            raise ContractViolation(f"Podero's answer holds no {cls.noun} with an id.", readable_id=readable_id(answer))
        problems = list[str]()
        record = cls.model_validate(cls.in_one_form(answer), context=problems)
        record._raw, record._problems = answer, problems  # noqa: SLF001  # our own
        return record
