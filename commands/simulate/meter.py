"""The meter of a simulated station that signs what it reads: OCMF, ECDSA on secp256r1."""

import json
from datetime import UTC, datetime
from typing import Any

from commands.simulate.keyring import Keyring
from commands.simulate.outlet import Outlet
from domain.pki import keys, meter_signatures


class SigningMeter:
    """One key for all outlets of a station; it lasts as long as the station's secrets do."""

    def __init__(self, station: str, keyring: Keyring) -> None:
        if not keyring.meter:
            keyring.meter = keys.made()
            keyring.keep()
        self._station, self._key, self._page = station, keyring.meter, 0
        self.public_key = meter_signatures.public_key_of(self._key)

    def configuration(self) -> dict[str, str]:
        """The keys of the configuration that tell it (OCA, signed meter values in OCPP)."""
        return {f"MeterPublicKey[{number}]": self.public_key for number in (1, 2)}

    def signed(self, outlet: Outlet) -> dict[str, Any]:
        """The begin and the end of a session, as a sampled value."""
        self._page += 1
        payload = json.dumps(
            {
                "FV": "1.0",
                "GI": "Ampledger simulator",
                "GS": self._station,
                "PG": f"T{self._page}",
                "MS": f"{self._station}-{outlet.number}",
                "IS": True,
                "IT": "ISO14443",
                "ID": outlet.id_tag,
                "RD": [
                    {
                        **_reading("B", outlet.since or datetime.now(UTC), outlet.begun_wh),
                        "RI": "1-b:1.8.0",
                        "RU": "Wh",
                        "ST": "G",
                    },
                    _reading("E", datetime.now(UTC), outlet.meter_wh),
                ],
            },
            separators=(",", ":"),
        )
        signature = meter_signatures.signed(payload.encode(), self._key).hex()
        told = json.dumps({"SA": "ECDSA-secp256r1-SHA256", "SD": signature}, separators=(",", ":"))
        return {
            "value": f"OCMF|{payload}|{told}",
            "format": "SignedData",
            "context": "Transaction.End",
        }


def _reading(kind: str, at: datetime, wh: int) -> dict[str, Any]:
    time = f"{at:%Y-%m-%dT%H:%M:%S},{at.microsecond // 1000:03}+0000 S"
    return {"TM": time, "TX": kind, "RV": wh}
