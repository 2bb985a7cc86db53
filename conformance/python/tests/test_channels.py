"""Subscriptions, publications, presence, history, and subscriptions that the server makes."""

import asyncio

from cent import PublishRequest, SubscribeRequest, UnsubscribeRequest
from centrifuge import ReplyError, StreamPosition

from harness.peer import ClientTest, within
from harness.server import Server
from harness.tokens import token


def setUpModule() -> None:
    ClientTest.server = Server()


def tearDownModule() -> None:
    ClientTest.server.stop()


class Channels:
    def publish(self, channel, *numbers, **more):
        for n in numbers:
            self.server.api.publish(PublishRequest(channel=channel, data={"n": n}, **more))

    async def assertRefused(self, code, awaitable):
        with self.assertRaises(ReplyError) as refused:
            await awaitable
        self.assertEqual(refused.exception.code, code)

    async def test_a_publisher_gets_his_own_publication_with_who_he_is(self):
        ann = await self.connect("ann", info={"name": "Ann"})
        room = await ann.subscribe(self.channel("room"))
        await room.publish(ann.payload({"n": 1}))
        publication = (await room.on.publication.next()).pub
        self.assertEqual(ann.value(publication.data), {"n": 1})
        self.assertEqual(publication.offset, 1)
        self.assertEqual((publication.info.user, publication.info.client), ("ann", ann.id))
        self.assertEqual(ann.value(publication.info.conn_info), {"name": "Ann"})

    async def test_a_publication_of_the_server_api_reaches_every_subscriber_with_its_tags(self):
        channel = self.channel("room")
        peers = [await self.connect("ann"), await self.connect("bob")]
        rooms = [await peer.subscribe(channel) for peer in peers]
        self.publish(channel, 7, tags={"color": "red"})
        for peer, room in zip(peers, rooms):
            publication = (await room.on.publication.next()).pub
            self.assertEqual(peer.value(publication.data), {"n": 7})
            self.assertEqual(publication.tags, {"color": "red"})
            self.assertIsNone(publication.info)

    async def test_publications_arrive_in_order(self):
        channel = self.channel("room")
        ann, bob = await self.connect("ann"), await self.connect("bob")
        written, read = await ann.subscribe(channel), await bob.subscribe(channel)
        numbers = list(range(60))
        for n in numbers:
            await written.publish(ann.payload({"n": n}))
        self.assertEqual(await bob.received(read.on, len(numbers)), numbers)

    async def test_presence_lists_connections_and_counts_users_once(self):
        channel = self.channel("room")
        first, second, third = [await self.connect(user, info={"of": user}) for user in ("ann", "ann", "bob")]
        rooms = [await peer.subscribe(channel) for peer in (first, second, third)]
        clients = (await rooms[0].presence()).clients
        self.assertEqual(set(clients), {first.id, second.id, third.id})
        self.assertEqual(clients[third.id].user, "bob")
        self.assertEqual(first.value(clients[third.id].conn_info), {"of": "bob"})
        stats = await rooms[0].presence_stats()
        self.assertEqual((stats.num_clients, stats.num_users), (3, 2))

    async def test_a_member_sees_his_own_join_and_others_come_and_go(self):
        channel = self.channel("room")
        ann = await self.connect("ann")
        room = await ann.subscribe(channel)
        self.assertEqual((await room.on.join.next()).info.client, ann.id)
        bob = await self.connect("bob")
        visit = await bob.subscribe(channel)
        self.assertEqual((await room.on.join.next()).info.client, bob.id)
        await visit.unsubscribe()
        self.assertEqual((await room.on.leave.next()).info.client, bob.id)

    async def test_history_gives_the_oldest_the_newest_or_what_follows_a_position(self):
        channel = self.channel("room")
        self.publish(channel, 1, 2, 3, 4, 5)
        ann = await self.connect("ann")
        room = await ann.subscribe(channel)
        epoch = room.context.stream_position.epoch
        top = await room.history()
        self.assertEqual((top.publications, top.offset, top.epoch), ([], 5, epoch))

        async def read(**options):
            return ann.numbers((await room.history(**options)).publications)

        self.assertEqual(await read(limit=2), [1, 2])
        self.assertEqual(await read(limit=2, reverse=True), [5, 4])
        self.assertEqual(await read(limit=2, since=StreamPosition(2, epoch)), [3, 4])
        self.assertEqual(await read(limit=2, since=StreamPosition(3, epoch), reverse=True), [2, 1])
        await self.assertRefused(112, room.history(limit=1, since=StreamPosition(1, "bygone")))

    async def test_what_is_not_configured_is_answered_with_108(self):
        ann = await self.connect("ann")
        await self.assertRefused(108, ann.client.rpc("anything", ann.payload({})))
        plain = await ann.subscribe(self.channel())
        await self.assertRefused(108, plain.history(limit=1))
        await self.assertRefused(108, plain.presence())

    async def test_what_is_not_allowed_is_answered_with_103_and_what_does_not_exist_with_102(self):
        ann = await self.connect("ann")
        await self.assertRefused(103, ann.client.publish("locked:1", ann.payload({})))
        await self.assertRefused(103, ann.client.presence("locked:1"))
        await self.assertRefused(102, ann.client.publish("nowhere:1", ann.payload({})))
        for channel, code in {"locked:1": 103, "nowhere:1": 102}.items():
            refused = ann.subscription(channel)
            await refused.subscribe()
            self.assertEqual((await refused.on.unsubscribed.next()).code, code)

    async def test_a_private_channel_opens_to_its_token_which_the_client_fetches(self):
        ann = await self.connect("ann")

        async def get_token(channel):
            return token(sub="ann", channel=channel, data={"welcome": True})

        room = await ann.subscribe(self.channel("$locked"), get_token=get_token)
        self.assertEqual(ann.value(room.context.data), {"welcome": True})

    async def test_a_token_of_another_user_ends_the_connection_with_3500(self):
        ann = await self.connect("ann")
        channel = self.channel("$locked")
        await ann.subscription(channel, token=token(sub="bob", channel=channel)).subscribe()
        self.assertEqual((await ann.on.disconnected.next()).code, 3500)

    async def test_channels_of_the_token_are_there_with_the_connection(self):
        channel = self.channel("room")
        ann = await self.connect("ann", channels=[channel])
        self.assertEqual((await ann.on.subscribed.next()).channel, channel)
        self.assertEqual((await ann.on.join.next()).info.client, ann.id)
        self.publish(channel, 1)
        received = await ann.on.publication.next()
        self.assertEqual((received.channel, ann.value(received.pub.data)), (channel, {"n": 1}))

    async def test_the_backend_subscribes_and_unsubscribes_a_connection(self):
        channel = self.channel("room")
        user = f"joiner-{channel}"
        ann = await self.connect(user)
        self.server.api.subscribe(SubscribeRequest(user=user, channel=channel, data={"why": "invited"}))
        subscribed = await ann.on.subscribed.next()
        self.assertEqual((subscribed.channel, ann.value(subscribed.data)), (channel, {"why": "invited"}))
        self.server.api.unsubscribe(UnsubscribeRequest(user=user, channel=channel))
        self.assertEqual((await ann.on.unsubscribed.next()).channel, channel)

    async def test_subscriptions_made_before_the_connection_are_all_answered(self):
        ann = self.peer(token=token(sub="ann"))
        rooms = [ann.subscription(self.channel("room")) for _ in range(30)]
        for room in rooms:
            await room.subscribe()
        await ann.connect()
        await within(asyncio.gather(*(room.ready() for room in rooms)), "every subscription")


class ChannelsInJson(Channels, ClientTest):
    protobuf = False


class ChannelsInProtobuf(Channels, ClientTest):
    protobuf = True
