"""What a client finds when it comes back after its connection was cut."""

from cent import HistoryRequest, PublishRequest
from centrifuge import StreamPosition

from harness.peer import ClientTest
from harness.server import Server


def setUpModule() -> None:
    ClientTest.server = Server()


def tearDownModule() -> None:
    ClientTest.server.stop()


class Recovery:
    def publish(self, channel, *numbers):
        for n in numbers:
            self.server.api.publish(PublishRequest(channel=channel, data={"n": n}))

    async def subscriber(self, channel):
        """A subscriber behind a cable, with the cable in `line`."""
        line = await self.cable()
        ann = await self.connect("ann", endpoint=line.endpoint)
        ann.line = line
        await ann.on.connecting.next()
        return ann, await ann.subscribe(channel)

    async def away(self, ann, room, *numbers):
        """Cuts the line, publishes these meanwhile, and gives the context of the new subscription."""
        ann.line.cut()
        await ann.on.connecting.next()
        self.publish(room.channel, *numbers)
        ann.line.plug()
        return await room.on.subscribed.next()

    async def test_what_was_published_while_away_arrives_once_and_in_order(self):
        channel = self.channel("room")
        ann, room = await self.subscriber(channel)
        self.publish(channel, 1, 2, 3)
        self.assertEqual(await ann.received(room.on, 3), [1, 2, 3])
        back = await self.away(ann, room, *range(4, 21))
        self.assertEqual((back.was_recovering, back.recovered), (True, True))
        self.publish(channel, 21)
        self.assertEqual(await ann.received(room.on, 18), list(range(4, 22)))
        self.assertEqual([context.pub.offset for context in room.on.publication.all], list(range(1, 22)))

    async def test_a_client_that_missed_more_than_the_history_holds_is_told_so(self):
        channel = self.channel("short")
        ann, room = await self.subscriber(channel)
        self.publish(channel, 1)
        self.assertEqual(await ann.received(room.on, 1), [1])
        back = await self.away(ann, room, 2, 3, 4, 5)
        self.assertEqual((back.was_recovering, back.recovered), (True, False))
        self.assertEqual(back.stream_position.offset, 5)
        self.publish(channel, 6)
        self.assertEqual(await ann.received(room.on, 1), [6])

    async def test_a_subscription_that_the_server_made_is_recovered_too(self):
        channel = self.channel("room")
        line = await self.cable()
        ann = await self.connect("ann", endpoint=line.endpoint, channels=[channel])
        await ann.on.connecting.next()
        await ann.on.subscribed.next()
        self.publish(channel, 1)
        self.assertEqual(await ann.received(ann.on, 1), [1])
        line.cut()
        await ann.on.connecting.next()
        self.publish(channel, 2, 3, 4)
        line.plug()
        back = await ann.on.subscribed.next()
        self.assertEqual((back.was_recovering, back.recovered), (True, True))
        self.assertEqual(await ann.received(ann.on, 3), [2, 3, 4])

    async def test_a_client_that_loads_its_state_first_loads_again_when_its_position_is_lost(self):
        channel = self.channel("short")
        self.publish(channel, 1, 2, 3, 4)
        top = self.server.api.history(HistoryRequest(channel=channel))
        positions = [StreamPosition(1, top.epoch), StreamPosition(top.offset, top.epoch)]

        async def get_state(_channel):
            return positions.pop(0)

        ann = await self.connect("ann")
        room = await ann.subscribe(channel, get_state=get_state)
        self.assertEqual(positions, [])
        self.assertTrue(room.context.recovered)


class RecoveryInJson(Recovery, ClientTest):
    protobuf = False


class RecoveryInProtobuf(Recovery, ClientTest):
    protobuf = True
