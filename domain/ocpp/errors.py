"""Why a CALL is answered with a CALLERROR, in OCPP 1.6's own spellings (OCPP-J 1.6 table 7)."""


class Violation(Exception):
    """A message that cannot be processed. `code` is one of the constants below."""

    NOT_IMPLEMENTED = "NotImplemented"  # action unknown
    NOT_SUPPORTED = "NotSupported"  # action known, but not from this side
    INTERNAL = "InternalError"
    PROTOCOL = "ProtocolError"
    SECURITY = "SecurityError"
    FORMATION = "FormationViolation"
    PROPERTY = "PropertyConstraintViolation"
    OCCURENCE = "OccurenceConstraintViolation"  # the specification's spelling, kept by its errata
    TYPE = "TypeConstraintViolation"
    GENERIC = "GenericError"

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
