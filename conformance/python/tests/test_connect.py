"""Who may connect, and what tokens that end do to a connection."""

import asyncio
import re

from cent import DisconnectRequest
from centrifuge import ClientState, ReplyError

from harness.peer import ClientTest, within
from harness.server import Server
from harness.tokens import in_seconds, token

UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")


def setUpModule() -> None:
    ClientTest.server = Server({"client.expired_close_delay": "1s"})


def tearDownModule() -> None:
    ClientTest.server.stop()


class Connecting:
    async def test_a_signed_token_opens_the_door(self):
        ann = await self.connect("ann", exp=in_seconds(600))
        self.assertRegex(ann.id, UUID)
        self.assertEqual(ann.client.state, ClientState.CONNECTED)

    async def test_no_token_ends_in_3501_for_good(self):
        await self.refused(3501, "bad request")

    async def test_a_token_signed_with_another_secret_ends_in_3500_for_good(self):
        await self.refused(3500, "invalid token", token=token(secret="guessed", sub="ann"))

    async def refused(self, code, reason, **options):
        peer = self.peer(**options)
        await peer.client.connect()
        end = await peer.on.disconnected.next()
        self.assertEqual((end.code, end.reason), (code, reason))
        self.assertEqual(peer.client.state, ClientState.DISCONNECTED)

    async def test_an_expired_token_makes_the_client_ask_for_another_with_which_it_gets_in(self):
        asked = 0

        async def get_token():
            nonlocal asked
            asked += 1
            return token(sub="ann")

        peer = self.peer(token=token(sub="ann", exp=in_seconds(-60)), get_token=get_token)
        await peer.connect()
        self.assertEqual(asked, 1)
        error = (await peer.on.error.next()).error
        self.assertIsInstance(error, ReplyError)
        self.assertEqual((error.code, error.message), (109, "token expired"))

    async def test_a_fresh_token_keeps_a_connection_whose_token_ends(self):
        renewed = asyncio.Event()

        async def get_token():
            renewed.set()
            return token(sub="ann", exp=in_seconds(600))

        ann = await self.peer(token=token(sub="ann", exp=in_seconds(2)), get_token=get_token).connect()
        # The other connection, which is not renewed, shows when the time to close an expired one has passed.
        doomed = self.peer(token=token(sub="bob", exp=in_seconds(3)), get_token=asyncio.Event().wait)
        await doomed.connect()
        await doomed.on.connecting.next()
        await within(renewed.wait(), "the question for a fresh token")
        end = await doomed.on.connecting.next()
        self.assertEqual((end.code, end.reason), (3005, "connection expired"))
        with self.assertRaises(ReplyError):
            await ann.client.rpc("none", ann.payload({}))
        self.assertEqual(len(ann.on.connecting.all), 1)

    async def test_the_server_ends_a_connection_for_good_with_3503(self):
        sub = f"gone-{self.protobuf}"
        peer = await self.connect(sub)
        self.server.api.disconnect(DisconnectRequest(user=sub))
        end = await peer.on.disconnected.next()
        self.assertEqual((end.code, end.reason), (3503, "force disconnect"))


class ConnectingInJson(Connecting, ClientTest):
    protobuf = False


class ConnectingInProtobuf(Connecting, ClientTest):
    protobuf = True
