package io.couponrush.backing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.couponrush.testkit.FreePorts;
import io.couponrush.testkit.OverheardLog;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a server of its own: these tests cut connections, forget scripts and demote the master. */
class RedisLinkIT {
    private static final LuaScript SCRIPT = LuaScript.load("settle");

    private Vertx vertx;
    private Process server;
    private Redis admin;
    private RedisLink link;

    @BeforeEach
    void start(@TempDir Path dir) throws IOException {
        assumeTrue(isInstalled(), "skipped: no redis-server on the PATH");
        vertx = Vertx.vertx();
        int port = FreePorts.find();
        server = new ProcessBuilder("redis-server", "--port", Integer.toString(port), "--save", "")
                .directory(dir.toFile())
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("log").toFile())
                .start();
        String uri = "redis://127.0.0.1:" + port;
        admin = Redis.createClient(vertx, uri);
        await().until(() -> settled(admin.send(Request.cmd(Command.PING))).succeeded());
        link = new RedisLink(vertx, uri, Duration.ofSeconds(2), 100, () -> {});
        onEventLoop(() -> link.start());
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (server != null) {
            onEventLoop(() -> link.stop());
            settled(vertx.close());
            server.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void connectsAgainWhenTheServerCutsTheConnection() {
        String before = link.runId();

        admin("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");

        await().untilAsserted(() -> assertThat(call().succeeded()).isTrue());
        assertThat(link.runId()).isEqualTo(before).isNotNull();
    }

    @Test
    void sendsTheTextOfAScriptThatTheServerForgot() {
        assertThat(call().succeeded()).isTrue();

        admin("SCRIPT", "FLUSH");

        assertThat(call().succeeded()).isTrue();
    }

    @Test
    void isNotConnectedToAServerThatBecameAReplica() {
        admin("REPLICAOF", "127.0.0.1", "1");

        assertThat(onEventLoop(() -> link.checkMaster()).failed()).isTrue();

        assertThat(link.runId()).isNull();
        assertThat(call().cause()).isInstanceOf(RedisLink.NotConnected.class);
    }

    @Test
    void comesBackWhenTheServerIsAMasterAgain() {
        admin("REPLICAOF", "127.0.0.1", "1");
        assertThat(onEventLoop(() -> link.checkMaster()).failed()).isTrue();

        admin("REPLICAOF", "NO", "ONE");

        await().untilAsserted(() ->
                assertThat(onEventLoop(() -> link.checkMaster()).succeeded()).isTrue());
    }

    @Test
    void doesNotStartOnAReplica() {
        admin("REPLICAOF", "127.0.0.1", "1");
        var other = new RedisLink(vertx, "redis://127.0.0.1:" + port(), Duration.ofSeconds(2), 100, () -> {});

        assertThatThrownBy(() -> {
                    throw onEventLoop(() -> other.start()).cause();
                })
                .hasMessageContaining("not a master");
    }

    /** ROLE and INFO are answered all the same. */
    @Test
    void isAwayWhileTheServerCannotBeWrittenTo() throws InterruptedException {
        admin("CONFIG", "SET", "maxmemory", "1");
        Request write = Request.cmd(Command.SET).arg("cp:{0}:meta").arg("");
        assertThat(onEventLoop(() -> link.send(write)).cause()).hasMessageStartingWith("OOM");

        for (int look = 0; look < 10; look++) {
            assertThat(onEventLoop(() -> Future.succeededFuture(link.away())).result())
                    .isTrue();
            TimeUnit.MILLISECONDS.sleep(100);
        }

        admin("CONFIG", "SET", "maxmemory", "0");
        await().untilAsserted(() -> assertThat(call().succeeded()).isTrue());
    }

    @Test
    void startsWithoutAServerWhereThatIsAllowed() throws IOException {
        int port = FreePorts.find();
        var other = new RedisLink(vertx, "redis://127.0.0.1:" + port, Duration.ofSeconds(2), 100, () -> {});

        assertThat(onEventLoop(other::startEvenIfAway).succeeded()).isTrue();

        assertThat(other.runId()).isNull();
        assertThat(onEventLoop(() -> Future.succeededFuture(other.away())).result())
                .isTrue();
        onEventLoop(other::stop);
    }

    @Test
    void saysThatStockCouldBeEvicted() {
        admin("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
        var log = new OverheardLog();
        log.start();

        onEventLoop(() -> link.start());

        log.stop();
        assertThat(log.errors()).anyMatch(line -> line.contains("allkeys-lru"));
    }

    private String port() {
        return admin("CONFIG", "GET", "port").get("port").toString();
    }

    private Future<Response> call() {
        return onEventLoop(
                () -> link.eval(SCRIPT, List.of("cp:{0}:meta", "cp:{0}:user", "cp:{0}:open"), args -> args.arg("1")));
    }

    @CanIgnoreReturnValue
    private Response admin(String command, String... args) {
        Request request = Request.cmd(Command.create(command));
        for (String arg : args) {
            request.arg(arg);
        }
        return settled(admin.send(request)).result();
    }

    @CanIgnoreReturnValue
    private <T> Future<T> onEventLoop(Supplier<Future<T>> task) {
        var done = Promise.<T>promise();
        vertx.runOnContext(v -> task.get().onComplete(done::handle));
        return settled(done.future());
    }

    @CanIgnoreReturnValue
    private static <T> Future<T> settled(Future<T> future) {
        await().atMost(Duration.ofSeconds(10)).until(future::isComplete);
        return future;
    }

    private static boolean isInstalled() {
        String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
        return Stream.of(path.split(File.pathSeparator, -1))
                .anyMatch(folder -> Path.of(folder, "redis-server").toFile().canExecute());
    }
}
