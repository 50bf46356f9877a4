"""Files of a listener with TLS, as an operator lays them out, and stations that trust them."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from domain.pki import certificates
from gateway.listeners import ClientCertificates, KeyPair, Listener
from tests.authority import Authority, Pair, _loaded


class TlsFolder:
    """A server's certificates, an authority of stations and its revocation list."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.ours, self.stations = Authority(), Authority()
        self.renew()
        self.ca = self.write("stations.pem", self.stations.pem)
        self.crl = folder / "crl.pem"
        self.revoke()

    def write(self, name: str, text: str) -> Path:
        path = self._folder / name
        path.write_text(text)
        return path

    def renew(self) -> None:
        """New certificates for the server, of both kinds."""
        self.ecdsa = self.put("ecdsa", self.ours.pair("localhost", kind=ec.EllipticCurvePrivateKey))
        self.rsa = self.put("rsa", self.ours.pair("localhost", kind=rsa.RSAPrivateKey))

    def put(self, name: str, pair: Pair) -> KeyPair:
        return KeyPair(
            certificate=self.write(f"{name}.pem", pair.certificate),
            key=self.write(f"{name}.key", pair.key),
        )

    def revoke(self, *pairs: Pair, until: timedelta = timedelta(days=1)) -> None:
        """Write the list anew, with the certificates of some stations on it."""
        issuer = x509.load_pem_x509_certificate(self.stations.pem.encode())
        now = datetime.now(UTC)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(issuer.subject)
            .last_update(now - timedelta(days=2))
            .next_update(now + until)
        )
        for pair in pairs:
            number = x509.load_pem_x509_certificate(pair.certificate.encode()).serial_number
            entry = x509.RevokedCertificateBuilder().serial_number(number).revocation_date(now)
            builder = builder.add_revoked_certificate(entry.build())
        key = _loaded(self.stations._ca.private_key_pem.bytes())
        self.crl.write_bytes(builder.sign(key, SHA256()).public_bytes(Encoding.PEM))

    def listener(
        self,
        asks: ClientCertificates = ClientCertificates.NONE,
        *,
        pairs: tuple[KeyPair, ...] = (),
    ) -> Listener:
        return Listener(
            host="127.0.0.1",
            port=0,
            certificates=pairs or (self.ecdsa, self.rsa),
            client_certificates=asks,
            client_ca=(self.ca,),
            crl=(self.crl,),
        )

    def station(self, pair: Pair | None = None, *, suite: str = "") -> ssl.SSLContext:
        """What a station has: our authority, perhaps a certificate, perhaps one old suite only."""
        context = ssl.create_default_context(cadata=self.ours.pem)
        context.check_hostname = False
        if pair is not None:
            name = self.write("station.pem", pair.certificate + pair.key)
            context.load_cert_chain(name)
        if suite:
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.set_ciphers(suite)
        return context


def fingerprint(pair: Pair | KeyPair) -> str:
    text = pair.certificate
    return certificates.read(text.read_text() if isinstance(text, Path) else text).fingerprint
