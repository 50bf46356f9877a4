"""The library's WebSocket, bounded where it is not, and what is known of it."""

import asyncio
import ssl

from websockets.asyncio.server import ServerConnection

from gateway.admission import Admitted
from gateway.entrance import Arrival
from gateway.line import Line
from gateway.papers import Papers


class Connection(ServerConnection):
    """A WebSocket that remembers how it came, and what was decided about it before the upgrade."""

    arrival: Arrival
    admitted: Admitted
    remote: str
    line: Line | None = None  # once it was upgraded

    _ending: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        """The library answers pings here, whether the pongs are read or not."""
        super().data_received(data)
        if self.line is not None:
            self.line.is_dropped()
        if self.protocol.close_expected():
            self._end_soon()

    def set_connection_exc(self, exc: BaseException | None) -> None:
        """Also when it reads no more, and would never see the other side's end."""
        super().set_connection_exc(exc)
        self._end_soon()

    def _end_soon(self) -> None:
        """After a fault the library waits for the other side's word; here it does so not long."""
        if self._ending is None:
            self._ending = self.loop.call_later(self.close_timeout or 0, self.transport.abort)

    def forget(self) -> None:
        """It has ended: what it sent last would be held by errors until they are collected."""
        self.recv_messages.frames.queue.clear()
        self.protocol.reader.buffer.clear()

    @property
    def host(self) -> str:
        """The address of the other side."""
        return self.arrival.host

    @property
    def port(self) -> int:
        """Its port."""
        return self.arrival.port

    @property
    def papers(self) -> Papers:
        """What its listener showed and believes."""
        return self.arrival.door.papers

    @property
    def is_encrypted(self) -> bool:
        """Whether it came in TLS, as far as this gateway sees."""
        return self.arrival.door.is_encrypted

    @property
    def certificate(self) -> bytes | None:
        """The client's certificate, DER."""
        tls: ssl.SSLObject | None = self.transport.get_extra_info("ssl_object")
        return tls.getpeercert(binary_form=True) if tls else None
