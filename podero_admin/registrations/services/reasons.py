"""The reason that a senior gives for what the log keeps."""

from podero_admin.core.errors import Invalid

REASON_MAX = 500


def reason_checked(reason: str) -> str:
    """The reason as it is kept; raises Invalid."""
    reason = reason.strip()
    if not reason:
        raise Invalid("Give a reason: it is kept in the audit log.", fields={"reason": ["Give a reason."]})
    if len(reason) > REASON_MAX or "\0" in reason:
        text = f"At most {REASON_MAX} characters, plain text."
        raise Invalid("The reason cannot be kept as it is.", fields={"reason": [text]})
    return reason
