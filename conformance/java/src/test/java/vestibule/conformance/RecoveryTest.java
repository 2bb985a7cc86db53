package vestibule.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vestibule.conformance.Peer.text;
import static vestibule.conformance.Tokens.token;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a client finds when it comes back after its connection was cut. */
final class RecoveryTest {
    private static Server server;

    @BeforeAll
    static void start() throws Exception {
        server = new Server(Map.of());
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Test
    void what_was_published_while_away_arrives_once_and_in_order() throws Exception {
        try (Cable line = new Cable(server.port); Peer ann = Peer.connected(line.endpoint, token("ann"))) {
            Room room = ann.subscribe("room:away");
            assertTrue(room.context.getRecoverable());
            server.publish("room:away", 1, 3);
            assertEquals(numbers(1, 3), room.received(3));
            away(line, ann, "room:away", 4, 20);
            var back = room.subscribed.next();
            assertTrue(back.wasRecovering());
            assertTrue(back.getRecovered());
            server.publish("room:away", 21, 21);
            assertEquals(numbers(4, 21), room.received(18));
        }
    }

    @Test
    void a_client_that_missed_more_than_the_history_holds_is_told_so() throws Exception {
        try (Cable line = new Cable(server.port); Peer ann = Peer.connected(line.endpoint, token("ann"))) {
            Room room = ann.subscribe("short:away");
            server.publish("short:away", 1, 1);
            assertEquals(numbers(1, 1), room.received(1));
            away(line, ann, "short:away", 2, 6);
            var back = room.subscribed.next();
            assertTrue(back.wasRecovering());
            assertFalse(back.getRecovered());
            server.publish("short:away", 7, 7);
            assertEquals(numbers(7, 7), room.received(1));
        }
    }

    @Test
    void a_subscription_that_the_server_made_is_recovered_too() throws Exception {
        String token = token("ann", "\"channels\":[\"room:given\"]");
        try (Cable line = new Cable(server.port); Peer ann = Peer.connected(line.endpoint, token)) {
            ann.subscribed.next();
            server.publish("room:given", 1, 1);
            ann.publications.next();
            away(line, ann, "room:given", 2, 5);
            assertTrue(ann.subscribed.next().getRecovered());
            List<String> received = ann.publications.take(4).stream().map(event -> text(event.getData())).toList();
            assertEquals(numbers(2, 5), received);
        }
    }

    /** Cuts the line, publishes these numbers once the client has noticed, and lets it back. */
    private static void away(Cable line, Peer peer, String channel, int first, int last) throws Exception {
        peer.connecting.next();
        line.cut();
        peer.connecting.next();
        server.publish(channel, first, last);
        line.plug();
    }

    private static List<String> numbers(int first, int last) {
        return IntStream.rangeClosed(first, last).mapToObj(n -> "{\"n\":" + n + "}").toList();
    }
}
