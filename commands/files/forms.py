"""A file in a form (multipart/form-data, RFC 7578), taken out while the form comes in."""

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

MEDIA_TYPE = "multipart/form-data"


class Malformed(Exception):
    """It is no form, or none with a file in it, or it broke off."""


class FormFile:
    """The first file of a form. Sans I/O: pieces of the form in, pieces of the file out."""

    def __init__(self, content_type: str) -> None:
        """`content_type` is the header of that name; raises Malformed without a boundary."""
        boundary = parse_options_header(content_type)[1].get(b"boundary", b"")
        if not boundary:
            raise Malformed("the form names no boundary")
        self.name = ""  # once its part has begun
        self._has_file = False
        self._out = bytearray()
        self._field, self._value = bytearray(), bytearray()
        self._state = "before"  # the file: before | within | after; then "ended"
        self._parser = self._parsing(boundary)

    def feed(self, data: bytes) -> bytes:
        """What of the file is in the next piece of the form; raises Malformed."""
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise Malformed(str(error)) from None
        out = bytes(self._out)
        self._out.clear()
        return out

    def end(self) -> None:
        """The form is over; raises Malformed when the file, or the form, was not."""
        if self._state != "ended" or not self._has_file:
            raise Malformed("the form has no file, or broke off")

    def _parsing(self, boundary: bytes) -> MultipartParser:
        try:
            return MultipartParser(
                boundary,
                {
                    "on_header_field": self._on_field,
                    "on_header_value": self._on_value,
                    "on_header_end": self._on_header,
                    "on_part_data": self._on_data,
                    "on_part_end": self._on_part_end,
                    "on_end": self._on_end,
                },
            )
        except FormParserError as error:
            raise Malformed(str(error)) from None

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header(self) -> None:
        if self._state == "before" and self._field.lower() == b"content-disposition":
            name = parse_options_header(self._value.decode("latin-1"))[1].get(b"filename")
            if name is not None:
                self._state, self._has_file = "within", True
                self.name = name.decode(errors="replace")
        self._field.clear()
        self._value.clear()

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        if self._state == "within":
            self._out += data[start:end]

    def _on_part_end(self) -> None:
        if self._state == "within":
            self._state = "after"

    def _on_end(self) -> None:
        self._state = "ended"
