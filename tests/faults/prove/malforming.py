"""Form posts as no browser sends them, by seed: the fields, how they are written, and what they are said to be."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote_from_bytes

from tests.faults.prove.nastiness import LINKS, MARKUP, MOMENTS

Pairs = list[tuple[bytes, bytes]]
FORM = "application/x-www-form-urlencoded"
BOUNDARY = "----a-boundary"
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Body:
    """The bytes, and the Content-Type that they are sent with; "" for none."""

    data: bytes
    kind: str


def _text(dice: random.Random) -> bytes:
    """A value for any field."""
    if dice.random() < 0.02:
        return b"x" * MEGABYTE
    if dice.random() < 0.5:
        return dice.choice(RAW)
    return dice.choice((*MARKUP, *LINKS, *MOMENTS)).encode("utf-8", "surrogatepass")


RAW: tuple[bytes, ...] = (
    b"", b" ", b"\0", b"a\0b", b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf0\x9f\x9a\x97" * 400, b"\r\n", b"NaN",
    b"Infinity", b"-1", b"0", b"1e999", b"9" * 400, b"1" * 5000, b"0x1F", "\u0663\u0664".encode(), b"1,5", b"true", b"None",
    b"on", b"[]", b"{}", b"__all__", b"../../etc/passwd", b"' OR 1=1 --", "\u202e".encode(), b"none", b"11111111-1111-4111-8111-111111111111",
    b"urn:uuid:11111111-1111-4111-8111-111111111111", b"{11111111111141118111111111111111}", b"AT", b"24:00", b"x" * 4000,
)  # fmt: skip


def _drop(pairs: Pairs, dice: random.Random) -> None:
    if pairs:
        del pairs[dice.randrange(len(pairs))]


def _replace(pairs: Pairs, dice: random.Random) -> None:
    if pairs:
        place = dice.randrange(len(pairs))
        pairs[place] = (pairs[place][0], _text(dice))


def _double(pairs: Pairs, dice: random.Random) -> None:
    if pairs:
        pairs.append((dice.choice(pairs)[0], _text(dice)))


def _rename(pairs: Pairs, dice: random.Random) -> None:
    if pairs:
        place = dice.randrange(len(pairs))
        name, value = pairs[place]
        pairs[place] = (
            dice.choice((name + b"[]", name + b"[0]", name.upper(), b"", b"\0" + name, _text(dice)[:99])),
            value,
        )


def _add(pairs: Pairs, dice: random.Random) -> None:
    names = (
        b"send_place",
        b"send_system",
        b"latitude",
        b"deleted_at",
        b"confirm_duplicate",
        b"embed",
        b"next",
        b"id",
        b"csrfmiddlewaretoken",
    )
    pairs.append((dice.choice(names), _text(dice)))


def _flood(pairs: Pairs, dice: random.Random) -> None:
    if dice.random() < 0.1:
        pairs += [(b"field%d" % number, b"x") for number in range(dice.choice((100, 600)))]


def _tamper(pairs: Pairs, dice: random.Random) -> None:
    """The signed key, one sign of it changed, cut or doubled."""
    for place, (name, value) in enumerate(pairs):
        if name == b"submission_key" and value:
            at = dice.randrange(len(value))
            forms = (
                value[:at],
                value + value,
                value[:at] + b"A" + value[at + 1 :],
                b"." + value,
                value.replace(b":", b"::"),
            )
            pairs[place] = (name, dice.choice(forms))


CHANGES: tuple[Callable[[Pairs, random.Random], None], ...] = (
    _replace, _replace, _replace, _drop, _double, _rename, _add, _flood, _tamper,
)  # fmt: skip


def body(fields: Mapping[str, str], dice: random.Random) -> Body:
    pairs = [(name.encode(), value.encode()) for name, value in fields.items()]
    for _ in range(dice.randint(0, 4)):
        dice.choice(CHANGES)(pairs, dice)
    return dice.choice(WRITERS)(pairs, dice)


def _plain(pairs: Pairs, _dice: random.Random) -> Body:
    quoted = (quote_from_bytes(name) + "=" + quote_from_bytes(value) for name, value in pairs)
    return Body("&".join(quoted).encode(), FORM)


def _badly_quoted(pairs: Pairs, dice: random.Random) -> Body:
    data = _plain(pairs, dice).data
    spoil = dice.choice((b"%zz", b"%", b"%u0041", b"&&==&", b";", b"%00", b"%ff%fe", b"\xff\x00", b"+%2", b"%ed%a0%80"))
    at = dice.randrange(len(data) + 1)
    return Body(data[:at] + spoil + data[at:], FORM)


def _of_another_kind(pairs: Pairs, dice: random.Random) -> Body:
    kinds = (
        f"{FORM}; charset=nonsense", f"{FORM}; charset=utf-16", f"{FORM}; charset=latin-1", "text/plain", "", ";",
        "application/json", "multipart/form-data", f"{FORM.upper()}", "application/xml", f"{FORM}; charset=utf-8; charset=x",
    )  # fmt: skip
    return Body(_plain(pairs, dice).data, dice.choice(kinds))


def _multipart(pairs: Pairs, dice: random.Random) -> Body:
    parts = [
        b'--%s\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
        % (BOUNDARY.encode(), name, dice.choice(HEADS) if dice.random() < 0.1 else b"", value)
        for name, value in pairs
    ]
    data = b"".join(parts) + b"--%s--\r\n" % BOUNDARY.encode()
    return Body(data, f"multipart/form-data; boundary={BOUNDARY}")


HEADS: tuple[bytes, ...] = (
    b'; filename="x.txt"', b'; filename="../../x"\r\nContent-Type: text/html', b"\r\nContent-Transfer-Encoding: base64",
    b"\r\nContent-Transfer-Encoding: \xff", b"; filename=", b"\r\n" + b"X: y\r\n" * 200 + b"Z: z", b"; name*=utf-16''%00",
)  # fmt: skip


def _bad_multipart(pairs: Pairs, dice: random.Random) -> Body:
    whole = _multipart(pairs, dice)
    data, kind = whole.data, whole.kind
    spoils = (
        (data, "multipart/form-data; boundary=another"), (data, "multipart/form-data; boundary="), (data[: len(data) // 2], kind),
        (data, f"multipart/form-data; boundary={'b' * 300}"), (data.replace(b"form-data", b"attachment"), kind),
        (data.replace(b"\r\n", b"\n"), kind), (b"", kind), (data.replace(b"name=", b"nom="), kind),
        (data, f'multipart/mixed; boundary="{BOUNDARY}"'), (data * 2, kind), (b"\xff" * 5000, kind), (data, f"{kind}; charset=\xe4"),
    )  # fmt: skip
    return Body(*dice.choice(spoils))


def _noise(_pairs: Pairs, dice: random.Random) -> Body:
    size = 3_000_000 if dice.random() < 0.05 else dice.choice((0, 1, 100, 5000))
    return Body(dice.randbytes(size), dice.choice((FORM, f"multipart/form-data; boundary={BOUNDARY}", "text/plain")))


WRITERS: tuple[Callable[[Pairs, random.Random], Body], ...] = (
    _plain, _plain, _plain, _plain, _badly_quoted, _badly_quoted, _multipart, _bad_multipart, _of_another_kind, _noise,
)  # fmt: skip
