"""Locations that people give: URLs of the kinds that OCPP 1.6 knows for files (section 3.10)."""

import re

_FORM = re.compile(r"(ftp|ftps|http|https)://[^/\s]\S*", re.IGNORECASE)


def usable(location: str) -> str:
    """The same; raises ValueError for what no station can use. "" is none.

    It is not taken apart any further: passwords of FTP servers hold what no URL may.
    """
    if location and not _FORM.fullmatch(location):
        raise ValueError("must be a URL that begins with ftp, ftps, http or https, without spaces")
    return location
