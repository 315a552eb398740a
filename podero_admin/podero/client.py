"""One short method per endpoint of the Partner API, version 2.0."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

from podero_admin.podero.contract import ElectricVehicle, ElectricVehicleInput, User
from podero_admin.podero.errors import ContractViolation
from podero_admin.podero.exchange import Answer
from podero_admin.podero.transport import Transport

USERS_CAP = 100_000_000
#: How lists usually say that there is more: a page that follows, a count, perhaps in a part of their own.
FURTHER = ("next", "next_page", "next_cursor", "has_more", "has_next")
COUNTS = ("total", "count", "total_count")
PAGING = ("pagination", "meta", "page_info")
DELETED_TOO = {"include_deleted": "true"}

Value = TypeVar("Value", covariant=True)  # noqa: PLC0105  # a value, not a variance
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Answered(Generic[Value]):
    """A value, and the answer it was read from, for the record."""

    value: Value
    answer: Answer

    @property
    def status(self) -> int:
        """The HTTP status, a 2xx."""
        return self.answer.status

    @property
    def duration_ms(self) -> int:
        """How long the whole call took, in milliseconds."""
        return self.answer.duration_ms

    @property
    def request_id(self) -> str:
        """The X-Request-ID that was sent."""
        return self.answer.request_id

    @property
    def body(self) -> str:
        """The body as text that can be stored."""
        return self.answer.text


class PoderoClient:
    """The API as one organisation sees it. Every method raises a PoderoError when there is no documented success."""

    def __init__(self, transport: Transport, organization_id: UUID) -> None:
        self._transport = transport
        self._users = f"/org/{organization_id}/users"

    def register_electric_vehicle(
        self, user_id: UUID, vehicle: ElectricVehicleInput, *, attempt_id: UUID
    ) -> Answered[ElectricVehicle]:
        """Create a vehicle record for a user, which is not yet a connection to the car. Never sent twice.

        https://developers.podero.com/api-reference/user-electric-vehicles/register-a-users-electric-vehicle

        Args:
            user_id: the customer, by Podero's id.
            vehicle: only the fields that were given go out. Power in W, geo-fence in m, levels in %, latitude and
                longitude in degrees, times of day local, moments in UTC.
            attempt_id: marks this one attempt on both sides, as X-Request-ID and Idempotency-Key.

        Returns:
            The vehicle as the API describes it now; ElectricVehicle says the units.

        Raises:
            InvalidRequest: the API did not accept a field; the error has its messages, by field.
            NotAllowed: we may not do this.
            NotFound: the organisation or the user is not known.
            RateLimited: try again after `retry_after` seconds.
            ContractViolation: it succeeded, but the answer is not as documented; `readable_id` is the vehicle's,
                where one could be read.
            PoderoError: no success for another reason. Where the error says `sent`, the vehicle may have been created.

        """
        marks = {"Idempotency-Key": str(attempt_id)}
        path, body = f"{self._users}/{user_id}/electric-vehicles", vehicle.to_json()
        answer = self._transport.request("POST", path, json=body, headers=marks, request_id=str(attempt_id))
        return _answered(answer, ElectricVehicle.read)

    def list_electric_vehicles(
        self, user_id: UUID, *, include_deleted: bool = False
    ) -> Answered[list[ElectricVehicle]]:
        """List a user's vehicles, all of them.

        https://developers.podero.com/api-reference/user-electric-vehicles/get-a-users-electric-vehicles

        Args:
            user_id: the customer, by Podero's id.
            include_deleted: also those that Podero has marked as deleted.

        Returns:
            The vehicles in the API's order; ElectricVehicle says the units.

        Raises:
            NotFound: the organisation or the user is not known.
            ContractViolation: the answer is no list, or not a complete one, or an item has no id.
            PoderoError: no success for another reason; a read changes nothing and may be repeated.

        """
        answer = self._get(f"{self._users}/{user_id}/electric-vehicles", include_deleted=include_deleted)
        return _answered(answer, _each(ElectricVehicle.read))

    def get_electric_vehicle(self, user_id: UUID, vehicle_id: UUID) -> Answered[ElectricVehicle]:
        """Get one vehicle, with its `actions` in `raw`.

        https://developers.podero.com/api-reference/user-electric-vehicles/get-details-about-a-users-electric-vehicle

        Args:
            user_id: the customer, by Podero's id.
            vehicle_id: the vehicle, by Podero's id.

        Returns:
            The vehicle; ElectricVehicle says the units.

        Raises:
            NotFound: the user has no such vehicle.
            ContractViolation: the answer is no vehicle with an id.
            PoderoError: no success for another reason; a read changes nothing and may be repeated.

        """
        return _answered(self._get(f"{self._users}/{user_id}/electric-vehicles/{vehicle_id}"), ElectricVehicle.read)

    def list_users(self, *, include_deleted: bool = False) -> Answered[list[User]]:
        """List the organisation's users of every role, all in one answer that may be 100 MB.

        https://developers.podero.com/api-reference/users/list-users-in-the-organization

        Args:
            include_deleted: also those that Podero has marked as deleted.

        Returns:
            The users in the API's order; moments in UTC, latitude and longitude in degrees.

        Raises:
            NotAllowed: we may not see this organisation.
            ContractViolation: the answer is no list, or not a complete one, or an item has no id.
            PoderoError: no success for another reason; a read changes nothing and may be repeated.

        """
        answer = self._get(self._users, include_deleted=include_deleted, body_cap=USERS_CAP)
        return _answered(answer, _each(User.read))

    def iter_users(self, *, include_deleted: bool = False) -> Answered[Iterator[User]]:
        """List the users like `list_users`, read one after the other: thousands of them need little memory.

        https://developers.podero.com/api-reference/users/list-users-in-the-organization

        Args:
            include_deleted: also those that Podero has marked as deleted.

        Returns:
            The users in the API's order, to be read once; moments in UTC, latitude and longitude in degrees. Reading
            on raises ContractViolation at an item that has no id.

        Raises:
            NotAllowed: we may not see this organisation.
            ContractViolation: the answer is no list, or not a complete one.
            PoderoError: no success for another reason; a read changes nothing and may be repeated.

        """
        answer = self._get(self._users, include_deleted=include_deleted, body_cap=USERS_CAP)
        return _answered(answer, lambda told: _drained(_complete(told)))

    def get_user(self, user_id: UUID) -> Answered[User]:
        """Get one user.

        https://developers.podero.com/partner-api/reference/users

        Args:
            user_id: the user, by Podero's id.

        Returns:
            The user; moments in UTC, latitude and longitude in degrees.

        Raises:
            NotFound: the organisation has no such user.
            ContractViolation: the answer is no user with an id.
            PoderoError: no success for another reason; a read changes nothing and may be repeated.

        """
        return _answered(self._get(f"{self._users}/{user_id}"), User.read)

    def _get(self, path: str, *, include_deleted: bool = False, body_cap: int | None = None) -> Answer:
        params = DELETED_TOO if include_deleted else None
        return self._transport.request("GET", path, params=params, request_id=str(uuid4()), body_cap=body_cap)


def _answered(answer: Answer, read: Callable[[Any], Read]) -> Answered[Read]:
    try:
        return Answered(read(answer.json()), answer)
    except ContractViolation as error:
        raise answer.attached_to(error) from None


def _each(read: Callable[[object], Read]) -> Callable[[object], list[Read]]:
    return lambda answer: [read(item) for item in _complete(answer)]


def _drained(items: list[object]) -> Iterator[User]:
    """Each item goes as it is read."""
    items.reverse()
    while items:
        yield User.read(items.pop())


def _promises_more(told: Mapping[str, Any], number: int) -> bool:
    """Whether it says in one of the usual ways that there is more than what came."""
    counted = (str(told.get(name, "")) for name in COUNTS)
    return any(told.get(name) for name in FURTHER) or any(
        count.replace(".", "", 1).isdecimal() and float(count) > number for count in counted
    )


def _complete(answer: object) -> list[object]:
    """Take the items of a list, bare or wrapped. An incomplete one proves nothing, so it is no list."""
    if isinstance(answer, list):
        return answer
    items = answer.get("items") if isinstance(answer, dict) else None
    if not isinstance(answer, dict) or not isinstance(items, list):
        raise ContractViolation("Podero answered with something else than a list.")
    told = [answer, *(part for name in PAGING if isinstance(part := answer.get(name), dict))]
    if any(_promises_more(each, len(items)) for each in told):
        raise ContractViolation("Podero's list is incomplete.", code="incomplete")
    return items
