package vestibule.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static vestibule.conformance.Peer.text;
import static vestibule.conformance.Tokens.token;

import io.github.centrifugal.centrifuge.HistoryOptions;
import io.github.centrifugal.centrifuge.HistoryResult;
import io.github.centrifugal.centrifuge.ReplyError;
import io.github.centrifugal.centrifuge.StreamPosition;
import io.github.centrifugal.centrifuge.SubscriptionOptions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Subscriptions, publications, presence, history, and subscriptions that the server makes. */
final class ChannelsTest {
    private static Server server;

    @BeforeAll
    static void start() throws Exception {
        server = new Server(Map.of());
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    private static Peer connect(String user, String... claims) throws InterruptedException {
        return Peer.connected(server.endpoint, token(user, claims));
    }

    private static void assertRefused(int code, Executable command) {
        assertEquals(code, assertThrows(ReplyError.class, command).getCode());
    }

    @Test
    void a_publisher_gets_his_own_publication_with_who_he_is() throws Throwable {
        try (Peer ann = connect("ann", "\"info\":{\"name\":\"Ann\"}")) {
            Room room = ann.subscribe("room:own");
            room.publish("{\"n\":1}");
            var publication = room.publications.next();
            assertEquals("{\"n\":1}", text(publication.getData()));
            assertEquals(1, publication.getOffset());
            assertEquals("ann", publication.getInfo().getUser());
            assertEquals(ann.id, publication.getInfo().getClient());
            assertEquals("{\"name\":\"Ann\"}", text(publication.getInfo().getConnInfo()));
        }
    }

    @Test
    void a_publication_of_the_server_api_reaches_every_subscriber_with_its_tags() throws Throwable {
        try (Peer ann = connect("ann"); Peer bob = connect("bob")) {
            List<Room> rooms = List.of(ann.subscribe("room:api"), bob.subscribe("room:api"));
            server.api("publish", "{\"channel\":\"room:api\",\"data\":{\"n\":7},\"tags\":{\"color\":\"red\"}}");
            for (Room room : rooms) {
                var publication = room.publications.next();
                assertEquals("{\"n\":7}", text(publication.getData()));
                assertEquals(Map.of("color", "red"), publication.getTags());
                assertEquals("", publication.getInfo().getClient());
            }
        }
    }

    @Test
    void bytes_that_are_no_text_arrive_as_they_were_sent() throws Throwable {
        try (Peer ann = connect("ann"); Peer bob = connect("bob")) {
            Room room = bob.subscribe("bytes");
            server.api("publish", "{\"channel\":\"bytes\",\"b64data\":\"AP8KDQ==\"}");
            assertArrayEquals(new byte[] {0, -1, 10, 13}, room.publications.next().getData());
            ann.publish("bytes", "loose");
            assertEquals(List.of("loose"), room.received(1));
        }
    }

    @Test
    void presence_lists_connections_and_counts_users_once() throws Throwable {
        try (Peer first = connect("ann"); Peer second = connect("ann"); Peer third = connect("bob")) {
            Room room = first.subscribe("room:presence");
            second.subscribe("room:presence");
            third.subscribe("room:presence");
            var clients = room.presence().getClients();
            assertEquals(Set.of(first.id, second.id, third.id), clients.keySet());
            assertEquals("bob", clients.get(third.id).getUser());
            var stats = room.presenceStats();
            assertEquals(3, stats.getNumClients());
            assertEquals(2, stats.getNumUsers());
        }
    }

    @Test
    void a_member_sees_his_own_join_and_others_come_and_go() throws Throwable {
        try (Peer ann = connect("ann"); Peer bob = connect("bob")) {
            Room room = ann.subscribe("room:doorway");
            assertEquals(ann.id, room.joins.next().getInfo().getClient());
            Room visit = bob.subscribe("room:doorway");
            assertEquals(bob.id, room.joins.next().getInfo().getClient());
            visit.unsubscribe();
            assertEquals(bob.id, room.leaves.next().getInfo().getClient());
        }
    }

    @Test
    void history_gives_the_oldest_the_newest_or_what_follows_a_position() throws Throwable {
        server.publish("room:history", 1, 5);
        try (Peer ann = connect("ann")) {
            Room room = ann.subscribe("room:history");
            HistoryResult top = room.history(new HistoryOptions.Builder().build());
            assertEquals(List.of(), top.getPublications());
            assertEquals(5, top.getOffset());
            var position = new StreamPosition(2, top.getEpoch());
            assertEquals(List.of(1L, 2L), offsets(room, new HistoryOptions.Builder().withLimit(2)));
            assertEquals(List.of(5L, 4L), offsets(room, new HistoryOptions.Builder().withLimit(2).withReverse(true)));
            assertEquals(List.of(3L, 4L), offsets(room, new HistoryOptions.Builder().withLimit(2).withSince(position)));
            var bygone = new HistoryOptions.Builder().withLimit(2).withSince(new StreamPosition(2, "bygone")).build();
            assertRefused(112, () -> room.history(bygone));
        }
    }

    private static List<Long> offsets(Room room, HistoryOptions.Builder options) throws Throwable {
        return room.history(options.build()).getPublications().stream().map(publication -> publication.getOffset()).toList();
    }

    @Test
    void what_is_not_configured_is_answered_with_108_and_what_is_not_allowed_with_103() throws Throwable {
        try (Peer ann = connect("ann")) {
            assertRefused(108, () -> ann.rpc("anything"));
            Room plain = ann.subscribe("plain");
            assertRefused(108, plain::presence);
            assertRefused(103, () -> ann.publish("locked:1", "{}"));
            assertRefused(102, () -> ann.publish("nowhere:1", "{}"));
            assertEquals(103, ann.subscribing("locked:1", new SubscriptionOptions()).unsubscribed.next().getCode());
            assertEquals(102, ann.subscribing("nowhere:1", new SubscriptionOptions()).unsubscribed.next().getCode());
        }
    }

    @Test
    void a_private_channel_opens_to_its_token() throws Throwable {
        try (Peer ann = connect("ann")) {
            SubscriptionOptions options = new SubscriptionOptions();
            options.setToken(token("ann", "\"channel\":\"$locked:1\"", "\"data\":{\"welcome\":true}"));
            assertEquals("{\"welcome\":true}", text(ann.subscribing("$locked:1", options).subscribed.next().getData()));
        }
    }

    @Test
    void channels_of_the_token_are_there_with_the_connection() throws Throwable {
        try (Peer ann = connect("ann", "\"channels\":[\"room:given\"]")) {
            assertEquals("room:given", ann.subscribed.next().getChannel());
            server.publish("room:given", 1, 1);
            var publication = ann.publications.next();
            assertEquals("room:given", publication.getChannel());
            assertEquals("{\"n\":1}", text(publication.getData()));
        }
    }

    @Test
    void the_backend_subscribes_and_unsubscribes_a_connection() throws Throwable {
        try (Peer ann = connect("joiner")) {
            server.api("subscribe", "{\"user\":\"joiner\",\"channel\":\"room:invited\",\"data\":{\"why\":1}}");
            var subscribed = ann.subscribed.next();
            assertEquals("room:invited", subscribed.getChannel());
            assertEquals("{\"why\":1}", text(subscribed.getData()));
            server.api("unsubscribe", "{\"user\":\"joiner\",\"channel\":\"room:invited\"}");
            assertEquals("room:invited", ann.unsubscribed.next().getChannel());
        }
    }
}
