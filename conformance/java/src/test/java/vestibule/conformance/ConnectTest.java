package vestibule.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vestibule.conformance.Tokens.endsIn;
import static vestibule.conformance.Tokens.signed;
import static vestibule.conformance.Tokens.token;

import io.github.centrifugal.centrifuge.ReplyError;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who may connect, and what tokens that end do to a connection. */
final class ConnectTest {
    private static Server server;

    @BeforeAll
    static void start() throws Exception {
        server = new Server(Map.of("client.expired_close_delay", "1s"));
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Test
    void a_signed_token_opens_the_door() throws Exception {
        try (Peer ann = Peer.connected(server.endpoint, token("ann", endsIn(600)))) {
            assertEquals(4, UUID.fromString(ann.id).version());
        }
    }

    @Test
    void no_token_ends_in_3501_for_good() throws Exception {
        refused("", 3501, "bad request");
    }

    @Test
    void a_token_signed_with_another_secret_ends_in_3500_for_good() throws Exception {
        refused(signed("guessed", "ann"), 3500, "invalid token");
    }

    private void refused(String token, int code, String reason) throws Exception {
        try (Peer peer = Peer.connecting(server.endpoint, token, null)) {
            var end = peer.disconnected.next();
            assertEquals(code, end.getCode());
            assertEquals(reason, end.getReason());
            assertTrue(peer.connected.isEmpty());
        }
    }

    @Test
    void an_expired_token_makes_the_client_ask_for_another_with_which_it_gets_in() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (Peer ann = Peer.connecting(server.endpoint, token("ann", endsIn(-60)), () -> {
            asked.incrementAndGet();
            return token("ann");
        })) {
            ann.connected.next();
            assertEquals(1, asked.get());
        }
    }

    @Test
    void a_fresh_token_keeps_a_connection_whose_token_ends() throws Throwable {
        CompletableFuture<Void> renewed = new CompletableFuture<>();
        try (Peer ann = Peer.connecting(server.endpoint, token("ann", endsIn(2)), () -> {
                renewed.complete(null);
                return token("ann", endsIn(600));
            });
            Peer doomed = Peer.connected(server.endpoint, token("bob", endsIn(3)))) {
            ann.connecting.next();
            ann.connected.next();
            renewed.get(Events.PATIENCE_SECONDS, TimeUnit.SECONDS);
            // The other connection, which cannot be renewed, shows when the time to close an expired one has passed.
            doomed.disconnected.next();
            assertEquals(108, assertThrows(ReplyError.class, () -> ann.rpc("none")).getCode());
            assertTrue(ann.connecting.isEmpty());
        }
    }

    @Test
    void the_server_ends_a_connection_for_good_with_3503() throws Exception {
        try (Peer peer = Peer.connected(server.endpoint, token("gone"))) {
            server.api("disconnect", "{\"user\":\"gone\"}");
            assertEquals(3503, peer.disconnected.next().getCode());
        }
    }

    @Test
    void the_server_sends_a_client_away_with_a_code_that_brings_it_back() throws Exception {
        try (Peer peer = Peer.connected(server.endpoint, token("again"))) {
            peer.connecting.next();
            server.api("disconnect", "{\"user\":\"again\",\"disconnect\":{\"code\":4100,\"reason\":\"come again\"}}");
            var event = peer.connecting.next();
            assertEquals(4100, event.getCode());
            assertEquals("come again", event.getReason());
            peer.connected.next();
        }
    }
}
