"""The price zones of the contract, by the names that people use."""

PRICE_ZONES: tuple[tuple[str, str], ...] = (
    ("AT", "Austria"),
    ("AT_HOURLY", "Austria, hourly"),
    ("BE", "Belgium"),
    ("CH", "Switzerland"),
    ("EE", "Estonia"),
    ("DE_LU", "Germany and Luxembourg"),
    ("HU", "Hungary"),
    ("IT_CNOR", "Italy Centre-North"),
    ("IT_CSUD", "Italy Centre-South"),
    ("IT_NORD", "Italy North"),
    ("IT_PUN", "Italy, national price (PUN)"),
    ("IT_SARD", "Italy Sardinia"),
    ("IT_SICI", "Italy Sicily"),
    ("IT_SUD", "Italy South"),
    ("PT", "Portugal"),
    ("RO", "Romania"),
    ("SE_1", "Sweden 1 Luleå"),
    ("SE_2", "Sweden 2 Sundsvall"),
    ("SE_3", "Sweden 3 Stockholm"),
    ("SE_4", "Sweden 4 Malmö"),
    ("UK", "Great Britain"),
)
_NAMES = dict(PRICE_ZONES)


def zone_name(code: object) -> str:
    """The zone in words; a code that we do not know stays as it is."""
    return _NAMES.get(code, code) if isinstance(code, str) else str(code)
