package vestibule.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.centrifugal.centrifuge.Client;
import io.github.centrifugal.centrifuge.ClientState;
import io.github.centrifugal.centrifuge.ConnectedEvent;
import io.github.centrifugal.centrifuge.ConnectingEvent;
import io.github.centrifugal.centrifuge.ConnectionTokenEvent;
import io.github.centrifugal.centrifuge.ConnectionTokenGetter;
import io.github.centrifugal.centrifuge.DisconnectedEvent;
import io.github.centrifugal.centrifuge.DuplicateSubscriptionException;
import io.github.centrifugal.centrifuge.EventListener;
import io.github.centrifugal.centrifuge.Options;
import io.github.centrifugal.centrifuge.PublishResult;
import io.github.centrifugal.centrifuge.RPCResult;
import io.github.centrifugal.centrifuge.ReplyError;
import io.github.centrifugal.centrifuge.ResultCallback;
import io.github.centrifugal.centrifuge.ServerPublicationEvent;
import io.github.centrifugal.centrifuge.ServerSubscribedEvent;
import io.github.centrifugal.centrifuge.ServerUnsubscribedEvent;
import io.github.centrifugal.centrifuge.SubscriptionOptions;
import io.github.centrifugal.centrifuge.TokenCallback;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The official client, with events that are remembered. */
final class Peer implements AutoCloseable {
    private final Client client;
    final Events<ConnectingEvent> connecting = new Events<>("connecting");
    final Events<ConnectedEvent> connected = new Events<>("the connection");
    final Events<DisconnectedEvent> disconnected = new Events<>("the end of the connection");
    final Events<ServerSubscribedEvent> subscribed = new Events<>("a subscription made by the server");
    final Events<ServerUnsubscribedEvent> unsubscribed = new Events<>("the end of a subscription made by the server");
    final Events<ServerPublicationEvent> publications = new Events<>("a publication of a subscription made by the server");
    /** The id that the server gave to the connection, once there was one. */
    String id;

    private Peer(String endpoint, Consumer<Options> configure) {
        Options options = new Options();
        options.setTimeout((int) TimeUnit.SECONDS.toMillis(Events.PATIENCE_SECONDS));
        options.setMinReconnectDelay(20);
        options.setMaxReconnectDelay(100);
        configure.accept(options);
        client = new Client(endpoint, options, new Listener());
    }

    /** A client that has begun to connect with this token and asks the supplier, if there is one, for further ones. */
    static Peer connecting(String endpoint, String token, Supplier<String> further) {
        Peer peer = new Peer(endpoint, options -> {
            options.setToken(token);
            if (further != null) {
                options.setTokenGetter(new ConnectionTokenGetter() {
                    @Override
                    public void getConnectionToken(ConnectionTokenEvent event, TokenCallback callback) {
                        callback.Done(null, further.get());
                    }
                });
            }
        });
        peer.client.connect();
        return peer;
    }

    /** A connected client. */
    static Peer connected(String endpoint, String token) throws InterruptedException {
        Peer peer = connecting(endpoint, token, null);
        peer.id = peer.connected.next().getClient();
        return peer;
    }

    /** Begins to subscribe. */
    Room subscribing(String channel, SubscriptionOptions options) throws DuplicateSubscriptionException {
        return new Room(client, channel, options);
    }

    /** Subscribes and waits for success. */
    Room subscribe(String channel) throws DuplicateSubscriptionException, InterruptedException {
        Room room = subscribing(channel, new SubscriptionOptions());
        room.context = room.subscribed.next();
        return room;
    }

    void rpc(String method) throws Throwable {
        answer((ResultCallback<RPCResult> callback) -> client.rpc(method, bytes("{}"), callback));
    }

    void publish(String channel, String data) throws Throwable {
        answer((ResultCallback<PublishResult> callback) -> client.publish(channel, bytes(data), callback));
    }

    /** Lets the client finish what it is at, then frees its threads. */
    @Override
    public void close() throws InterruptedException {
        if (client.getState() != ClientState.DISCONNECTED) {
            client.disconnect();
            disconnected.next();
        }
        client.close(TimeUnit.SECONDS.toMillis(Events.PATIENCE_SECONDS));
    }

    /** The answer to a command; an error in it, mostly a {@link ReplyError}, is thrown. */
    static <T> T answer(Consumer<ResultCallback<T>> command) throws Throwable {
        CompletableFuture<T> answer = new CompletableFuture<>();
        command.accept((error, result) -> {
            if (error != null) {
                answer.completeExceptionally(error);
            } else {
                answer.complete(result);
            }
        });
        try {
            return answer.get(Events.PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw failed.getCause();
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }

    private final class Listener extends EventListener {
        @Override
        public void onConnecting(Client client, ConnectingEvent event) {
            connecting.add(event);
        }

        @Override
        public void onConnected(Client client, ConnectedEvent event) {
            connected.add(event);
        }

        @Override
        public void onDisconnected(Client client, DisconnectedEvent event) {
            disconnected.add(event);
        }

        @Override
        public void onSubscribed(Client client, ServerSubscribedEvent event) {
            subscribed.add(event);
        }

        @Override
        public void onUnsubscribed(Client client, ServerUnsubscribedEvent event) {
            unsubscribed.add(event);
        }

        @Override
        public void onPublication(Client client, ServerPublicationEvent event) {
            publications.add(event);
        }
    }
}
