"""From the settings to what each part is told of them."""

import pytest

from commands import settings
from commands.choices import api as choices
from commands.settings import SettingsError


def test_roots_of_manufacturers_that_are_not_there_are_named_at_start(tmp_path):
    missing = tmp_path / "roots.pem"
    chosen = settings.read(data=tmp_path, firmware_roots=missing)
    with pytest.raises(SettingsError, match="AMPLEDGER_FIRMWARE_ROOTS: there is no file"):
        choices.hosting(chosen)
    missing.write_text("PEM")
    assert choices.hosting(chosen).firmware_roots == missing
