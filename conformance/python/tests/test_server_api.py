"""The server API through its official client `cent`, and what that client cannot send through plain HTTP."""

import itertools
import unittest

import cent
from cent import (
    BatchRequest,
    BroadcastRequest,
    ChannelsRequest,
    DisconnectRequest,
    HistoryRemoveRequest,
    HistoryRequest,
    InfoRequest,
    PresenceRequest,
    PresenceStatsRequest,
    PublishRequest,
    RefreshRequest,
    SubscribeRequest,
    UnsubscribeRequest,
)

from harness.peer import ClientTest
from harness.server import API_KEY, Server, direct_session
from harness.tokens import in_seconds

_serial = itertools.count(1)


def setUpModule() -> None:
    ClientTest.server = Server()


def tearDownModule() -> None:
    ClientTest.server.stop()


def fresh(namespace: str = "room") -> str:
    return f"{namespace}:api-{next(_serial)}"


class ApiTest(unittest.TestCase):
    def setUp(self):
        self.server = ClientTest.server
        self.api = self.server.api

    def assertRefused(self, code, call, request):
        with self.assertRaises(cent.CentApiResponseError) as refused:
            call(request)
        self.assertEqual(refused.exception.code, code)

    def post(self, method, body, **headers):
        url = f"{self.server.api_url}/{method}" if method else self.server.api_url
        with direct_session() as session:
            return session.post(url, data=body, headers=headers, timeout=8)


class Publishing(ApiTest):
    def test_publish_tells_the_position_of_the_publication(self):
        channel = fresh()
        first = self.api.publish(PublishRequest(channel=channel, data={"n": 1}))
        second = self.api.publish(PublishRequest(channel=channel, data={"n": 2}))
        self.assertEqual((first.offset, second.offset), (1, 2))
        self.assertTrue(first.epoch)
        self.assertEqual(first.epoch, second.epoch)

    def test_a_channel_without_history_has_no_position(self):
        result = self.api.publish(PublishRequest(channel="plain", data=1))
        self.assertEqual((result.offset, result.epoch), (0, ""))

    def test_the_same_idempotency_key_publishes_once(self):
        channel = fresh()
        request = PublishRequest(channel=channel, data=1, idempotency_key="once")
        self.assertEqual([self.api.publish(request).offset for _ in range(3)], [1, 1, 1])
        other = PublishRequest(channel=channel, data=1, idempotency_key="twice")
        self.assertEqual(self.api.publish(other).offset, 2)
        elsewhere = PublishRequest(channel=fresh(), data=1, idempotency_key="once")
        self.assertEqual(self.api.publish(elsewhere).offset, 1)

    def test_a_publication_that_skips_history_has_no_position_and_is_not_kept(self):
        channel = fresh()
        self.assertEqual(self.api.publish(PublishRequest(channel=channel, data=1, skip_history=True)).offset, 0)
        self.assertEqual(self.api.history(HistoryRequest(channel=channel, limit=5)).publications, [])

    def test_data_may_come_in_base64(self):
        channel = fresh()
        self.api.publish(PublishRequest(channel=channel, data=None, b64data="eyJuIjozfQ=="))
        [publication] = self.api.history(HistoryRequest(channel=channel, limit=5)).publications
        self.assertEqual(publication.data, {"n": 3})

    def test_a_bad_publish_is_refused(self):
        self.assertRefused(107, self.api.publish, PublishRequest(channel="", data=1))
        self.assertRefused(102, self.api.publish, PublishRequest(channel="nowhere:1", data=1))
        self.assertRefused(107, self.api.publish, PublishRequest(channel="a", data=None, b64data="!!"))

    def test_broadcast_answers_for_each_channel(self):
        channel = fresh()
        result = self.api.broadcast(BroadcastRequest(channels=[channel, "nowhere:1", "plain"], data=1))
        kept, unknown, plain = result.responses
        self.assertEqual(kept.result.offset, 1)
        self.assertEqual((unknown.error.code, unknown.result), (102, None))
        self.assertEqual((plain.error, plain.result.offset), (None, 0))
        self.assertRefused(107, self.api.broadcast, BroadcastRequest(channels=[], data=1))

    def test_broadcast_with_an_idempotency_key_publishes_once_in_each_channel(self):
        channels = [fresh(), fresh()]
        request = BroadcastRequest(channels=channels, data=1, idempotency_key="once")
        for _ in range(2):
            self.assertEqual([response.result.offset for response in self.api.broadcast(request).responses], [1, 1])


class HistoryAndPresence(ApiTest):
    def test_history_reads_in_both_directions_and_from_a_position(self):
        channel = fresh()
        for n in range(1, 6):
            self.api.publish(PublishRequest(channel=channel, data=n, tags={"n": str(n)}))
        top = self.api.history(HistoryRequest(channel=channel))
        self.assertEqual((top.publications, top.offset), ([], 5))

        def read(**options):
            publications = self.api.history(HistoryRequest(channel=channel, **options)).publications
            return [(publication.offset, publication.data) for publication in publications]

        self.assertEqual(read(limit=2), [(1, 1), (2, 2)])
        self.assertEqual(read(limit=2, reverse=True), [(5, 5), (4, 4)])
        self.assertEqual(len(read(limit=-1)), 5)
        since = cent.StreamPosition(offset=3, epoch=top.epoch)
        self.assertEqual(read(limit=9, since=since), [(4, 4), (5, 5)])
        [newest] = self.api.history(HistoryRequest(channel=channel, limit=1, reverse=True)).publications
        self.assertEqual(newest.tags, {"n": "5"})
        bygone = cent.StreamPosition(offset=3, epoch="bygone")
        self.assertRefused(112, self.api.history, HistoryRequest(channel=channel, limit=1, since=bygone))

    def test_removed_history_is_empty_and_goes_on_from_its_position(self):
        channel = fresh()
        first = self.api.publish(PublishRequest(channel=channel, data=1))
        self.api.history_remove(HistoryRemoveRequest(channel=channel))
        history = self.api.history(HistoryRequest(channel=channel, limit=5))
        self.assertEqual((history.publications, history.offset, history.epoch), ([], 1, first.epoch))
        self.assertEqual(self.api.publish(PublishRequest(channel=channel, data=2)).offset, 2)

    def test_what_a_namespace_does_not_have_is_not_available(self):
        self.assertRefused(108, self.api.history, HistoryRequest(channel="plain"))
        self.assertRefused(108, self.api.history_remove, HistoryRemoveRequest(channel="plain"))
        self.assertRefused(108, self.api.presence, PresenceRequest(channel="plain"))
        self.assertRefused(108, self.api.presence_stats, PresenceStatsRequest(channel="plain"))

    def test_an_empty_channel_has_nobody_in_it(self):
        channel = fresh()
        self.assertEqual(self.api.presence(PresenceRequest(channel=channel)).presence, {})
        stats = self.api.presence_stats(PresenceStatsRequest(channel=channel))
        self.assertEqual((stats.num_clients, stats.num_users), (0, 0))


class Connections(ClientTest):
    """The methods that act on connections, with a connection to act on."""

    protobuf = False

    async def test_presence_channels_and_info_tell_who_is_there(self):
        channel = self.channel("room")
        ann = await self.connect("ann", info={"name": "Ann"})
        await ann.subscribe(channel)
        api = self.server.api
        entry = api.presence(PresenceRequest(channel=channel)).presence[ann.id]
        self.assertEqual((entry.user, entry.client, entry.conn_info), ("ann", ann.id, {"name": "Ann"}))
        stats = api.presence_stats(PresenceStatsRequest(channel=channel))
        self.assertEqual((stats.num_clients, stats.num_users), (1, 1))
        self.assertEqual(api.channels(ChannelsRequest(pattern="room:*")).channels[channel].num_clients, 1)
        self.assertNotIn(channel, api.channels(ChannelsRequest(pattern="short:*")).channels)
        [node] = api.info(InfoRequest()).nodes
        self.assertTrue(node.uid and node.name and node.version)

    async def test_subscribe_may_recover_from_a_position_and_override_options(self):
        channel = self.channel("room")
        user = f"user-{channel}"
        api = self.server.api
        for n in (1, 2, 3):
            position = api.publish(PublishRequest(channel=channel, data={"n": n}))
        ann = await self.connect(user)
        since = cent.StreamPosition(offset=1, epoch=position.epoch)
        api.subscribe(SubscribeRequest(user=user, channel=channel, recover_since=since))
        self.assertEqual((await ann.on.subscribed.next()).channel, channel)
        locked = self.channel("locked")
        override = cent.ChannelOptionsOverride(presence=cent.BoolValue(value=False))
        api.subscribe(SubscribeRequest(user=user, channel=locked, override=override))
        self.assertEqual((await ann.on.subscribed.next()).channel, locked)
        self.assertEqual(api.presence(PresenceRequest(channel=locked)).presence, {})

    async def test_unsubscribe_and_disconnect_can_mean_one_connection(self):
        channel = self.channel("room")
        user = f"user-{channel}"
        api = self.server.api
        first, second = await self.connect(user), await self.connect(user)
        rooms = [await first.subscribe(channel), await second.subscribe(channel)]
        api.unsubscribe(UnsubscribeRequest(user=user, channel=channel, client=first.id))
        end = await rooms[0].on.unsubscribed.next()
        self.assertEqual((end.code, end.reason), (2000, "server unsubscribe"))
        self.assertEqual(set(api.presence(PresenceRequest(channel=channel)).presence), {second.id})
        api.disconnect(DisconnectRequest(user=user, client=second.id, disconnect=cent.Disconnect(code=4700, reason="bye")))
        end = await second.on.disconnected.next()
        self.assertEqual((end.code, end.reason), (4700, "bye"))
        api.disconnect(DisconnectRequest(user=user))
        self.assertEqual((await first.on.disconnected.next()).code, 3503)

    async def test_refresh_ends_a_connection_that_it_calls_expired(self):
        user = f"user-{self.channel()}"
        ann = await self.connect(user)
        await ann.on.connecting.next()
        self.server.api.refresh(RefreshRequest(user=user, expire_at=in_seconds(500)))
        self.server.api.refresh(RefreshRequest(user=user, expired=True))
        end = await ann.on.connecting.next()
        self.assertEqual((end.code, end.reason), (3005, "connection expired"))


class TheProtocolOfTheApi(ApiTest):
    def test_methods_that_find_no_connection_succeed(self):
        self.api.subscribe(SubscribeRequest(user="nobody", channel="room:none"))
        self.api.unsubscribe(UnsubscribeRequest(user="nobody", channel="room:none"))
        self.api.disconnect(DisconnectRequest(user="nobody"))
        self.api.refresh(RefreshRequest(user="nobody"))

    def test_methods_without_a_channel_or_with_an_unknown_one_are_refused(self):
        for channel, code in {"": 107, "nowhere:1": 102}.items():
            self.assertRefused(code, self.api.history, HistoryRequest(channel=channel))
            self.assertRefused(code, self.api.history_remove, HistoryRemoveRequest(channel=channel))
            self.assertRefused(code, self.api.presence, PresenceRequest(channel=channel))
            self.assertRefused(code, self.api.presence_stats, PresenceStatsRequest(channel=channel))
            self.assertRefused(code, self.api.subscribe, SubscribeRequest(user="ann", channel=channel))
        self.assertRefused(102, self.api.unsubscribe, UnsubscribeRequest(user="ann", channel="nowhere:1"))

    def test_batch_answers_each_command_in_its_place(self):
        channel = fresh()
        requests = [
            PublishRequest(channel=channel, data=1),
            HistoryRequest(channel=channel, limit=1),
            PresenceStatsRequest(channel=channel),
        ]
        published, history, stats = self.api.batch(BatchRequest(requests=requests)).replies
        self.assertEqual(published.offset, 1)
        self.assertEqual([publication.data for publication in history.publications], [1])
        self.assertEqual(stats.num_clients, 0)
        parallel = BatchRequest(requests=[PublishRequest(channel=channel, data=n) for n in range(5)], parallel=True)
        self.assertEqual(sorted(reply.offset for reply in self.api.batch(parallel).replies), [2, 3, 4, 5, 6])

    def test_a_failing_command_of_a_batch_does_not_harm_the_others(self):
        body = '{"commands":[{"history":{"channel":"nowhere:1"}},{"publish":{"channel":"plain","data":1}},{}]}'
        answer = self.post("batch", body, **{"X-API-Key": API_KEY})
        error = {"error": {"code": 102, "message": "unknown channel"}}
        nothing = {"error": {"code": 104, "message": "not found"}}
        self.assertEqual(answer.json(), {"replies": [error, {"publish": {}}, nothing]})

    def test_a_wrong_or_missing_key_is_answered_with_status_401(self):
        with self.assertRaises(cent.CentUnauthorizedError):
            self.server.api_client("wrong").publish(PublishRequest(channel="plain", data=1))
        answer = self.post("publish", '{"channel":"plain","data":1}')
        self.assertEqual((answer.status_code, answer.content), (401, b""))
        answer = self.post("publish", '{"channel":"plain","data":1}', Authorization="Bearer conformance-key")
        self.assertEqual(answer.status_code, 401)

    def test_the_key_may_come_in_two_headers_or_in_the_query(self):
        body = '{"channel":"plain","data":1}'
        answers = [
            self.post("publish", body, **{"X-API-Key": API_KEY}),
            self.post("publish", body, Authorization=f"apikey {API_KEY}"),
            self.post(f"publish?api_key={API_KEY}", body),
        ]
        for answer in answers:
            self.assertEqual((answer.status_code, answer.json()), (200, {"result": {}}))
            self.assertEqual(answer.headers["Content-Type"], "application/json")

    def test_a_body_that_is_no_request_is_answered_with_status_400(self):
        for body in ("{bad", "", "[]", '{"channel":1,"data":1}'):
            answer = self.post("publish", body, **{"X-API-Key": API_KEY})
            self.assertEqual(answer.status_code, 400, body)

    def test_a_method_that_nobody_knows_is_answered_with_status_404(self):
        self.assertEqual(self.post("dance", "{}", **{"X-API-Key": API_KEY}).status_code, 404)

    def test_errors_become_statuses_for_those_who_ask(self):
        headers = {"X-API-Key": API_KEY, "X-Centrifugo-Error-Mode": "transport"}
        unknown = self.post("publish", '{"channel":"nowhere:1","data":1}', **headers)
        self.assertEqual((unknown.status_code, unknown.json()), (404, {"code": 102, "message": "unknown channel"}))
        bad = self.post("publish", '{"channel":"","data":1}', **headers)
        self.assertEqual((bad.status_code, bad.json()), (400, {"code": 107, "message": "bad request"}))

    def test_the_single_endpoint_of_old_still_answers(self):
        body = '{"method":"publish","params":{"channel":"plain","data":1}}'
        answer = self.post("", body, **{"X-API-Key": API_KEY})
        self.assertEqual((answer.status_code, answer.json()), (200, {"result": {}}))
