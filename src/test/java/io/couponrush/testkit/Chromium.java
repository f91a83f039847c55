package io.couponrush.testkit;

import static org.awaitility.Awaitility.await;

import io.vertx.core.Promise;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A real browser without a window, with an empty profile, of somebody who reads Korean; driven by the Chrome DevTools
 * Protocol. Hosts that end in {@code .example} are this machine.
 */
public final class Chromium implements AutoCloseable {
    private static final Pattern LISTENING = Pattern.compile("DevTools listening on (ws://\\S+)");
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");
    private static final int FRAME_MAX = 64 << 20; // a screenshot is one frame

    private final Process process;
    private final WebSocketClient client = Callers.VERTX.createWebSocketClient(
            new WebSocketClientOptions().setMaxFrameSize(FRAME_MAX).setMaxMessageSize(FRAME_MAX));
    private final WebSocket socket;
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<Integer, Promise<JsonObject>> asked = new ConcurrentHashMap<>();
    private final Map<String, Consumer<JsonObject>> listeners = new ConcurrentHashMap<>();
    private final Queue<String> contexts = new ConcurrentLinkedQueue<>();

    private Chromium(Process process, URI devTools) {
        this.process = process;
        var options = new WebSocketConnectOptions()
                .setHost(devTools.getHost())
                .setPort(devTools.getPort())
                .setURI(devTools.getPath())
                .setAllowOriginHeader(false); // it lets no page in
        socket = client.connect(options).await();
        socket.textMessageHandler(text -> hear(new JsonObject(text)));
    }

    /** Empty where this machine has none. */
    public static Optional<Chromium> start() {
        return executable().map(Chromium::start);
    }

    private static Chromium start(String executable) {
        try {
            Path profile = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "chromium");
            Path said = profile.resolve("said");
            Process process = new ProcessBuilder(
                            executable,
                            "--headless",
                            "--no-sandbox",
                            "--disable-gpu",
                            "--disable-quic",
                            "--disable-dev-shm-usage",
                            "--no-first-run",
                            "--disable-background-networking",
                            "--disable-component-update",
                            "--disable-sync",
                            "--accept-lang=ko-KR",
                            "--host-resolver-rules=MAP *.example 127.0.0.1",
                            "--remote-debugging-port=0",
                            "--user-data-dir=" + profile.toAbsolutePath(),
                            "about:blank")
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> LISTENING.matcher(Files.readString(said)).find() || !process.isAlive());
            Matcher listening = LISTENING.matcher(Files.readString(said));
            if (!listening.find()) throw new AssertionError("chromium did not start: " + Files.readString(said));
            return new Chromium(process, URI.create(listening.group(1)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<String> executable() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .flatMap(entry -> NAMES.stream().map(name -> Path.of(entry, name)))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }

    /** Somebody with a profile of their own: tabs of one person share what the page stores. */
    public Person person() {
        String context =
                ask(null, "Target.createBrowserContext", new JsonObject()).getString("browserContextId");
        contexts.add(context);
        return new Person(context);
    }

    /** Closes all tabs. */
    public void everybodyLeaves() {
        for (String context = contexts.poll(); context != null; context = contexts.poll()) {
            JsonObject unused =
                    ask(null, "Target.disposeBrowserContext", new JsonObject().put("browserContextId", context));
        }
        listeners.clear();
    }

    /** Whose tabs they are. */
    public final class Person {
        private final String context;

        private Person(String context) {
            this.context = context;
        }

        /** A new tab, as wide as a phone, with nothing in it. */
        public Tab tab() {
            var target = new JsonObject().put("url", "about:blank").put("browserContextId", context);
            String id = ask(null, "Target.createTarget", target).getString("targetId");
            var attach = new JsonObject().put("targetId", id).put("flatten", true);
            String session = ask(null, "Target.attachToTarget", attach).getString("sessionId");
            var tab = new Tab(Chromium.this, session);
            listeners.put(session, tab::hear);
            tab.begin();
            return tab;
        }
    }

    JsonObject ask(String session, String method, JsonObject params) {
        int id = ids.incrementAndGet();
        Promise<JsonObject> answer = Promise.promise();
        asked.put(id, answer);
        var message = new JsonObject().put("id", id).put("method", method).put("params", params);
        if (session != null) message.put("sessionId", session);
        try {
            return socket.writeTextMessage(message.encode())
                    .compose(sent -> answer.future())
                    .await(60, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError(method + " is not answered", e);
        }
    }

    private void hear(JsonObject message) {
        Integer id = message.getInteger("id");
        if (id == null) {
            var listener = listeners.get(message.getString("sessionId", ""));
            if (listener != null) listener.accept(message);
            return;
        }
        Promise<JsonObject> answer = asked.remove(id);
        if (answer == null) return;
        if (message.containsKey("error")) {
            answer.fail(message.getJsonObject("error").encode());
        } else {
            answer.complete(message.getJsonObject("result"));
        }
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        client.close();
    }
}
