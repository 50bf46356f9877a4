"""Secrets that an installation makes for itself, kept in its data folder."""

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile

ADMIN_TOKEN = "admin-token"  # noqa: S105 - a file's name
SECRET_KEY = "secret-key"  # noqa: S105 - a file's name


def secret(path: Path, make: Callable[[], str]) -> tuple[str, bool]:
    """The secret in a file, and whether it was made just now; raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        return path.read_text().strip(), False
    made = make()
    with NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}-") as file:  # of mode 0600
        file.write(made + "\n")
        file.flush()
        os.fsync(file.fileno())
        try:
            os.link(file.name, path)  # whole or not at all, and never over another's
        except FileExistsError:
            return path.read_text().strip(), False
    return made, True


def new_secret_key() -> str:
    """A Fernet key: 32 random bytes in URL-safe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
