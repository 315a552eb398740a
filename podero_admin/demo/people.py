"""Who signs in to the demonstration, and the organisations that its sandbox knows; all of it invented."""

ALPENSTROM = "016b78a7-0c7c-4241-a277-015c3ad3cb90"
NORDVOLT = "5b0d2f0e-8f3b-4c53-9d4a-2f7f6a1c9e11"
PEOPLE = (
    ("agent", "Anna Gruber", "anna@alpenstrom.example", "sunny-kilowatt-31", (ALPENSTROM,)),
    ("senior", "Selim Yılmaz", "selim@alpenstrom.example", "quiet-charger-47", (ALPENSTROM,)),
    ("supervisor", "Sofie Brandt", "sofie@alpenstrom.example", "green-meter-58", (ALPENSTROM,)),
    ("administrator", "Ada Novák", "ada@alpenstrom.example", "steady-current-92", (ALPENSTROM, NORDVOLT)),
)
ORGANIZATION = """[[organization]]
id = "{id}"
name = "{name}"
api_url = "{sandbox}/api/partners/v2.0"
token_url = "{sandbox}/oauth2/token/"
client_id = "{client}"
client_secret = "{client}-sandbox"
default_price_zone = "{zone}"
environment = "sandbox"

"""

ORGANIZATIONS = (
    (ALPENSTROM, "Alpenstrom GmbH", "alpenstrom", "AT"),
    (NORDVOLT, "Nordvolt AB", "nordvolt", "SE_3"),
)


def organizations_file(sandbox: str) -> str:
    """The organisations file for a sandbox at this address."""
    return "".join(
        ORGANIZATION.format(id=key, name=name, client=client, zone=zone, sandbox=sandbox)
        for key, name, client, zone in ORGANIZATIONS
    )
