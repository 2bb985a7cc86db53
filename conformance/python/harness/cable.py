"""A TCP relay between a client and the server whose connections a test can cut, so that both ends see a lost network
rather than a closing handshake."""

import asyncio

CHUNK_BYTES = 65_536


class Cable:
    """Open it with `Cable.to(port)`; `endpoint` is where the client connects."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._plugged = True
        self._ends: set[asyncio.StreamWriter] = set()
        self._carrying: set[asyncio.Task] = set()

    @classmethod
    async def to(cls, port: int) -> "Cable":
        cable = cls(port)
        cable._relay = await asyncio.start_server(cable._carry, "127.0.0.1", 0)
        near = cable._relay.sockets[0].getsockname()[1]
        cable.endpoint = f"ws://127.0.0.1:{near}/connection/websocket"
        return cable

    def cut(self) -> None:
        """Cuts every connection and lets no new one through until `plug`."""
        self._plugged = False
        for end in self._ends:
            end.transport.abort()

    def plug(self) -> None:
        """Lets connections through again."""
        self._plugged = True

    async def remove(self) -> None:
        self.cut()
        self._relay.close()
        await self._relay.wait_closed()
        await asyncio.gather(*self._carrying)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._plugged:
            writer.transport.abort()
            return
        task = asyncio.current_task()
        self._carrying.add(task)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        ends = {writer, far_writer}
        self._ends |= ends
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        self._ends -= ends
        self._carrying.discard(task)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(CHUNK_BYTES):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.transport.abort()
