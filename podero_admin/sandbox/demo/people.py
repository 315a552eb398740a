"""Invented people, with names as names really are."""

import random
import unicodedata
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from podero_admin.sandbox.contract import stamp
from podero_admin.sandbox.records import Organization, User

Name = tuple[str | None, str | None]
FIRST_NUMBER = 204_407

LONG_NAME = "von und zu Unterhollersbach-Grießenbrunner-Oberschlattingerhofen zu Hinterfrohnwaldkirchen"

CUSTOMERS: dict[str, tuple[Name, ...]] = {
    "AS": (
        ("Änne", "Müllegger"),
        ("Jürgen", "Groß-Öttl"),
        ("Zoë", "Schäferlein"),
        ("Siobhán", "O'Brannigan"),
        ("Jana", "Novak"),
        ("Mariella", "D’Agostina"),
        ("Sunniva", None),
        (None, None),
        ("Maximiliane Theodora Walburga", LONG_NAME),
        ("נועה", "בן־דרור"),
        ("ليلى", "الحدادين"),
        ("Gyöngyvér", "Hegyközi-Szőllősy"),
        ("Ștefana", "Țepordean"),
        ("João Sebastião", "Gonçalves Assunção"),
        ("Lukas", "Bergmoser"),
        ("Lukas", "Bergmoser"),
        ("", ""),
        ("Božena", "Křížkovská"),
        ("Łucja", "Żółkiewna"),
        ("İpek", "Yıldırımlı"),
        ("Thị Hồng", "Nguyễn-Brandl"),
        ("Franz-Josef", "auf der Höllentalwiese"),
        ("Ελένη", "Παππαδοπούλα"),
        ("O", "Li"),
        ("Mia 🌻", "Sommerfeldt"),
        ("Jenny", "Null"),
        (None, "Weißenböck"),
        ("Dr. Ing. Héloïse", "L’Écuyère"),
        ("MARGARETE", "STRASSER"),
        ("Ondřej", "Ďurišák"),
    ),
    "NV": (
        ("Åse", "Östergård-Ærø"),
        ("Sigríður", "Þorvaldardóttir"),
        ("Björn-Åke", "Söderlindh"),
        ("Märt", "Õunapuusson"),
        ("Nils", None),
        (None, None),
        ("Élodie", "Saint-Amandine"),
        ("Ailo", "Čáhppesnjárga"),
        ("Ingrid", "Lundqvisten"),
        ("Ingrid", "Lundqvisten"),
    ),
}
FIRST_NAMES = (
    *("Anja", "Bärbel", "Cäcilia", "Dávid", "Elżbieta", "Françoise", "Günther", "Håkon", "Inês", "Jörg", "Käthe"),
    *("Lóránt", "Mădălina", "Núria", "Øystein", "Pål", "Renée", "Sören", "Tímea", "Ulrike", "Věra", "Zsófia"),
)
LAST_NAMES = (
    *("Aignerhuber", "Bäcksjö", "Cseréssy", "Dörflmair", "Edelgård", "Fürnthaler", "Grünbichl", "Hölzlwimmer"),
    *("Ildikóvári", "Jägerström", "Kővágóska", "Lärchbaum", "Mühlgrabner", "Nådendal", "Öhlknecht", "Påskberg"),
    *("Rădulescova", "Söllradl", "Tännforsen", "Übelhack", "Vågström", "Wüstenrath", "Zwölfergut"),
)
PLACES = {
    "AS": (("1070", "Wien", "AT"), ("5020", "Salzburg", "AT"), ("08523", "Plauen", "DE"), ("6850", "Dornbirn", "AT")),
    "NV": (("411 03", "Göteborg", "SE"), ("903 26", "Umeå", "SE"), ("10111", "Tallinn", "EE")),
}
STREETS = {"AS": ("Lindengasse", "Am Mühlbach", "Größenweg"), "NV": ("Björkvägen", "Ågatan", "Norra Hamngatan")}


@dataclass(slots=True)
class Names:
    """Names and addresses of one organisation, one after the other; no e-mail address twice."""

    curated: tuple[Name, ...]
    rng: random.Random
    emails: set[str] = field(default_factory=set)

    def name(self, index: int) -> Name:
        if index < len(self.curated):
            return self.curated[index]
        return self.rng.choice(FIRST_NAMES), self.rng.choice(LAST_NAMES)

    def email(self, name: Name, index: int) -> str:
        local = ".".join(filter(None, (_ascii(part) for part in name))) or "customer"
        email = f"{local[:48]}@example.org"
        if email in self.emails:
            email = f"{local[:48]}.{index}@example.org"
        self.emails.add(email)
        return email


def _ascii(part: str | None) -> str:
    plain = unicodedata.normalize("NFKD", (part or "").lower().replace("ß", "ss"))
    return "".join(letter if letter.isalnum() else "-" for letter in plain if letter.isascii()).strip("-")


def new_id(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def customer(organization: Organization, prefix: str, index: int, names: Names, now: datetime) -> User:
    name = names.name(index)
    zip_code, town, country = PLACES[prefix][index % len(PLACES[prefix])]
    placed = index % 3 == 0
    return User(
        id=new_id(names.rng),
        organization_id=organization.id,
        email=names.email(name, index),
        external_user_id=None if index % 11 == 7 else f"{prefix}-{FIRST_NUMBER + index}",  # noqa: PLR2004
        first_name=name[0],
        last_name=name[1],
        street_and_number=None if index % 7 == 5 else f"{STREETS[prefix][index % 3]} {index % 120 + 1}",  # noqa: PLR2004
        street_add_info="Stiege 2, Tür 14" if index % 9 == 1 else None,
        zip_code=zip_code,
        town=town,
        country=country,
        latitude=round(46.5 + names.rng.random(), 5) if placed else None,
        longitude=round(9.5 + names.rng.random(), 5) if placed else None,
        location_last_updated=stamp(now - timedelta(days=40)) if placed else None,
    )


def team(organization: Organization, prefix: str, rng: random.Random, now: str) -> Iterator[User]:
    """Those who are no customers: an administrator, two of the staff, and a customer who left."""
    domain = organization.username.partition("@")[2]
    for role, first_name, last_name in (
        ("admin", "Ottilie", "Verwalter"),
        ("staff", "Kåre", "Handläggare"),
        ("staff", "Réka", "Ügyintéző"),
    ):
        email = f"{_ascii(first_name)}@{domain}"
        yield User(new_id(rng), organization.id, email, role=role, first_name=first_name, last_name=last_name)
    gone = User(new_id(rng), organization.id, "moved.away@example.org", external_user_id=f"{prefix}-100001")
    gone.first_name, gone.last_name, gone.deleted_at = "Ehemalig", "Verzogen", now
    yield gone
