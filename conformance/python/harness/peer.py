"""The official WebSocket client with what the tests want around it: events that are remembered, payloads that look alike
in both formats, and a disconnect at the end of the test."""

import asyncio
import itertools
import json
import logging
import unittest
from typing import Any, Optional

from centrifuge import Client, ClientEventHandler, Subscription, SubscriptionEventHandler

from harness.cable import Cable
from harness.server import Server
from harness.tokens import token

# IsolatedAsyncioTestCase turns on asyncio's debug mode, which then reports every slow step of a busy machine.
logging.getLogger("asyncio").setLevel(logging.ERROR)

# Long enough for a busy machine, short enough to end a hopeless test.
PATIENCE_SECONDS = 15.0


async def within(awaitable: Any, what: str) -> Any:
    """Waits with a bound, and says in a sentence what did not happen."""
    try:
        return await asyncio.wait_for(awaitable, PATIENCE_SECONDS)
    except asyncio.TimeoutError:
        raise AssertionError(f"{what} did not happen within {PATIENCE_SECONDS} s") from None


class Record:
    """The events of one kind: all of them, and the next that no test has taken yet."""

    def __init__(self, what: str) -> None:
        self.all: list[Any] = []
        self._what = what
        self._queue: asyncio.Queue = asyncio.Queue()

    def add(self, event: Any) -> None:
        self.all.append(event)
        self._queue.put_nowait(event)

    async def next(self) -> Any:
        return await within(self._queue.get(), f"the event '{self._what}'")

    async def take(self, count: int) -> list[Any]:
        return [await self.next() for _ in range(count)]


def _recording(base: type) -> type:
    """A handler that keeps a `Record` of each event of `base`: `on_join` becomes `join`."""
    names = [name for name in vars(base) if name.startswith("on_")]

    def start(self: Any) -> None:
        for name in names:
            setattr(self, name[3:], Record(name[3:]))

    def handler(name: str) -> Any:
        async def handle(self: Any, context: Any) -> None:
            getattr(self, name[3:]).add(context)

        return handle

    return type(f"Recording{base.__name__}", (base,), {"__init__": start, **{name: handler(name) for name in names}})


ClientEvents = _recording(ClientEventHandler)
SubscriptionEvents = _recording(SubscriptionEventHandler)


class Peer:
    """One client of one user."""

    def __init__(self, endpoint: str, protobuf: bool, **options: Any) -> None:
        self.protobuf = protobuf
        self.on = ClientEvents()
        options = {"min_reconnect_delay": 0.02, "max_reconnect_delay": 0.1, "timeout": PATIENCE_SECONDS, "proxy": None, **options}
        self.client = Client(endpoint, events=self.on, use_protobuf=protobuf, **options)

    async def connect(self) -> "Peer":
        await self.client.connect()
        self.id = (await self.on.connected.next()).client
        return self

    def subscription(self, channel: str, **options: Any) -> Subscription:
        """A subscription that remembers its events in `on`, not yet subscribed."""
        on = SubscriptionEvents()
        options = {"min_resubscribe_delay": 0.02, "max_resubscribe_delay": 0.1, **options}
        subscription = self.client.new_subscription(channel, events=on, **options)
        subscription.on = on
        return subscription

    async def subscribe(self, channel: str, **options: Any) -> Subscription:
        """A subscription that has succeeded, with the context of that in `context`."""
        subscription = self.subscription(channel, **options)
        await subscription.subscribe()
        subscription.context = await subscription.on.subscribed.next()
        return subscription

    def payload(self, value: Any) -> Any:
        """A JSON value as this client's format carries it."""
        return json.dumps(value).encode() if self.protobuf else value

    def value(self, payload: Any) -> Any:
        """The JSON value of a payload that this client got."""
        return json.loads(payload) if self.protobuf else payload

    def numbers(self, publications: list[Any]) -> list[int]:
        """The numbers of publications of the form {"n": 1}."""
        return [self.value(publication.data)["n"] for publication in publications]

    async def received(self, events: Any, count: int) -> list[int]:
        """The numbers of the next publications among these events."""
        return self.numbers([context.pub for context in await events.publication.take(count)])


class ClientTest(unittest.IsolatedAsyncioTestCase):
    """Base of the tests that connect clients; a subclass sets `protobuf`, its module `server`."""

    protobuf: bool
    server: Server
    _serial = itertools.count(1)

    def setUp(self) -> None:
        self._peers: list[Peer] = []
        self._cables: list[Cable] = []

    async def asyncTearDown(self) -> None:
        for peer in self._peers:
            await peer.client.disconnect()
        for cable in self._cables:
            await cable.remove()

    def channel(self, namespace: str = "") -> str:
        """A channel of the namespace that no other test uses."""
        name = f"python-{next(self._serial)}"
        return f"{namespace}:{name}" if namespace else name

    def peer(self, endpoint: Optional[str] = None, **options: Any) -> Peer:
        """A client that is not connected yet and leaves when the test ends."""
        peer = Peer(endpoint or self.server.endpoint, self.protobuf, **options)
        self._peers.append(peer)
        return peer

    async def connect(self, user: str, endpoint: Optional[str] = None, **claims: Any) -> Peer:
        """A connected client of the user."""
        return await self.peer(endpoint, token=token(sub=user, **claims)).connect()

    async def cable(self) -> Cable:
        cable = await Cable.to(self.server.port)
        self._cables.append(cable)
        return cable
