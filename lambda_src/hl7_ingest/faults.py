"""Why a message can never be stored: a code, the place, and nothing of what stands there.

Every text here is a constant. `condition` is the code of HL7 table 0357 (message error condition codes), and
those from 200 on mean that the message was refused for what it is (AR), the others for what is in it (AE).
"""

from typing import Final

CONDITIONS: Final = {
    "ambiguous_patient_identifier": (204, "Unknown key identifier"),
    "batch_count": (100, "Segment sequence error"),
    "character_set_unsupported": (103, "Table value not found"),
    "control_id_reused": (205, "Duplicate key identifier"),
    "data_type": (102, "Data type error"),
    "delimiters": (102, "Data type error"),
    "encoding": (102, "Data type error"),
    "envelope": (102, "Data type error"),
    "future_time": (102, "Data type error"),
    "merge_cycle": (204, "Unknown key identifier"),
    "no_message": (100, "Segment sequence error"),
    "object_missing": (204, "Unknown key identifier"),
    "required": (101, "Required field missing"),
    "segment_sequence": (100, "Segment sequence error"),
    "several_patients": (100, "Segment sequence error"),
    "too_large": (102, "Data type error"),
    "unknown_patient_identifier": (204, "Unknown key identifier"),
    "unsupported_event_code": (201, "Unsupported event code"),
    "unsupported_message_type": (200, "Unsupported message type"),
    "unsupported_processing_id": (202, "Unsupported processing id"),
    "unsupported_version_id": (203, "Unsupported version id"),
}
_REFUSED: Final = frozenset({200, 201, 202, 203})


class Rejected(Exception):  # noqa: N818 - the word of HL7
    """The message goes to quarantine: trying again cannot help.

    `code` is one of CONDITIONS, `segment` a segment's name of the specification ("" for the whole message),
    `field` its number (0 for the whole segment).
    """

    def __init__(self, code: str, segment: str = "", field: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.segment = segment
        self.field = field
        self.condition, self.text = CONDITIONS[code]

    @property
    def acknowledgement(self) -> str:
        """AR or AE, as in table 0008."""
        return "AR" if self.condition in _REFUSED else "AE"
