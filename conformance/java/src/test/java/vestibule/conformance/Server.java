package vestibule.conformance;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The server under test, as a process of its own: started from the configuration that all the conformance runners share
 * (conformance/server.json), on a free port of 127.0.0.1, and stopped by its process id.
 *
 * <p>Which server: CONFORMANCE_SERVER holds a whole command ("/opt/centrifugo"), else the vestibule binary of VESTIBULE_BIN
 * (default: the debug build of this repository) is started in its {@code centrifugo} mode.
 */
final class Server implements AutoCloseable {
    private static final Path CONFORMANCE = Path.of("").toAbsolutePath().getParent();
    private static final String API_KEY = "conformance-key";
    private static final Duration READY_WITHIN = Duration.ofSeconds(20);
    private static final Duration STOPPED_WITHIN = Duration.ofSeconds(10);

    private final HttpClient http = HttpClient.newHttpClient();
    private final Process process;
    private final Path output;
    final int port;
    final String endpoint;

    /**
     * Starts the server and waits until /health answers. {@code settings} are configuration keys over those of
     * server.json, by their paths, such as {@code client.ping_interval}; they reach the server as CENTRIFUGO_* variables.
     */
    Server(Map<String, String> settings) throws IOException, InterruptedException {
        port = freePort();
        endpoint = "ws://127.0.0.1:" + port + "/connection/websocket";
        output = Files.createTempFile("server", ".log");
        List<String> command = new ArrayList<>(command());
        command.addAll(List.of("--config", CONFORMANCE.resolve("server.json").toString()));
        ProcessBuilder builder = new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .redirectInput(new File("/dev/null"));
        builder.environment().keySet().removeIf(name -> name.startsWith("CENTRIFUGO_"));
        set(builder, "http_server.address", "127.0.0.1");
        set(builder, "http_server.port", String.valueOf(port));
        settings.forEach((path, value) -> set(builder, path, value));
        process = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        waitUntilHealthy();
    }

    /** Calls a method of the server API with a JSON body and gives the JSON answer. */
    String api(String method, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri("/api/" + method))
            .header("X-API-Key", API_KEY)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
        String answer = http.send(request, BodyHandlers.ofString()).body();
        if (!answer.startsWith("{\"result\"")) {
            throw new IllegalStateException(method + ": " + answer);
        }
        return answer;
    }

    /** Publishes {"n": number} into the channel for each of these numbers, in turn. */
    void publish(String channel, int first, int last) throws IOException, InterruptedException {
        for (int n = first; n <= last; n++) {
            api("publish", "{\"channel\":\"" + channel + "\",\"data\":{\"n\":" + n + "}}");
        }
    }

    /** Asks the process to end and waits until it has. */
    @Override
    public void close() throws InterruptedException, IOException {
        process.destroy();
        boolean ended = process.waitFor(STOPPED_WITHIN.toSeconds(), TimeUnit.SECONDS);
        process.destroyForcibly();
        Files.deleteIfExists(output);
        if (!ended) {
            throw new IllegalStateException("the server did not end within " + STOPPED_WITHIN);
        }
    }

    private void waitUntilHealthy() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + READY_WITHIN.toNanos();
        while (!healthy()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                process.destroyForcibly();
                throw new IllegalStateException("the server gave no answer on /health\n" + Files.readString(output));
            }
            Thread.sleep(20);
        }
    }

    private boolean healthy() throws InterruptedException {
        try {
            HttpRequest request = HttpRequest.newBuilder(uri("/health")).timeout(Duration.ofSeconds(1)).build();
            return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private static List<String> command() {
        Map<String, String> environment = System.getenv();
        String given = environment.getOrDefault("CONFORMANCE_SERVER", "").strip();
        if (!given.isEmpty()) {
            return List.of(given.split("\\s+"));
        }
        String target = environment.getOrDefault("CARGO_TARGET_DIR", CONFORMANCE.resolveSibling("target").toString());
        return List.of(environment.getOrDefault("VESTIBULE_BIN", target + "/debug/vestibule"), "centrifugo");
    }

    private static void set(ProcessBuilder builder, String path, String value) {
        builder.environment().put("CENTRIFUGO_" + path.toUpperCase(Locale.ROOT).replace('.', '_'), value);
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }
}
