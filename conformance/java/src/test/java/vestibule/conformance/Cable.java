package vestibule.conformance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A TCP relay between a client and the server whose connections a test can cut, so that both ends see a lost network
 * rather than a closing handshake.
 */
final class Cable implements AutoCloseable {
    private final ServerSocket relay;
    private final int target;
    private final Set<Socket> ends = ConcurrentHashMap.newKeySet();
    private volatile boolean plugged = true;
    final String endpoint;

    Cable(int target) throws IOException {
        this.target = target;
        relay = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        endpoint = "ws://127.0.0.1:" + relay.getLocalPort() + "/connection/websocket";
        start(this::accept);
    }

    /** Cuts every connection and lets no new one through until {@link #plug}. */
    void cut() {
        plugged = false;
        ends.forEach(Cable::reset);
    }

    /** Lets connections through again. */
    void plug() {
        plugged = true;
    }

    @Override
    public void close() throws IOException {
        cut();
        relay.close();
    }

    private void accept() {
        try {
            while (true) {
                Socket near = relay.accept();
                if (!plugged) {
                    reset(near);
                    continue;
                }
                Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
                ends.addAll(Set.of(near, far));
                start(() -> pump(near, far));
                start(() -> pump(far, near));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private void pump(Socket from, Socket to) {
        try (from; to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException cut) {
            // One end is gone, and the other goes with it.
        } finally {
            ends.remove(from);
        }
    }

    /** Closes at once and without a farewell. */
    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException gone) {
            // Nothing is left to cut.
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "cable");
        thread.setDaemon(true);
        thread.start();
    }
}
