package io.couponrush.ops;

import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this node should get requests. Asks each dependency at most once a second, whoever asks us, and gives each a
 * second to answer. Thread-safe.
 */
public final class Health {
    private static final Logger LOG = LoggerFactory.getLogger(Health.class);
    private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final List<Check> checks = new CopyOnWriteArrayList<>();
    private final LongSupplier nanoTime;
    private volatile boolean draining;
    private @Nullable Future<List<Found>> last;
    private long lastAt;

    /** What a dependency says of itself; {@code detail} is for operators and holds no secrets. */
    public record State(boolean up, String detail) {
        public static State of(boolean up) {
            return new State(up, "");
        }
    }

    private record Check(String name, boolean needed, Supplier<Future<State>> ask) {}

    private record Found(Check check, State state) {}

    /** The whole answer. */
    record Report(boolean ready, JsonObject body) {}

    public Health() {
        this(System::nanoTime);
    }

    Health(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Without this dependency the node is not ready. */
    public void needs(String name, Supplier<Future<State>> check) {
        checks.add(new Check(name, true, check));
    }

    /** The state of this dependency is shown, but the node does its work without it. */
    public void watches(String name, Supplier<Future<State>> check) {
        checks.add(new Check(name, false, check));
    }

    /** From now on the node is not ready, whatever its dependencies say. */
    public void drain() {
        draining = true;
    }

    Future<Report> ready() {
        return found().map(this::report);
    }

    private synchronized Future<List<Found>> found() {
        Future<List<Found>> known = last;
        if (known != null && nanoTime.getAsLong() - lastAt < FRESH_NANOS) {
            return known;
        }
        List<Future<Found>> asked = checks.stream().map(Health::ask).toList();
        Future<List<Found>> fresh = Future.all(asked).map(all -> all.<Found>list());
        last = fresh;
        lastAt = nanoTime.getAsLong();
        return fresh;
    }

    private static Future<Found> ask(Check check) {
        return answerOf(check)
                .timeout(1, TimeUnit.SECONDS)
                .otherwise(Health::failed)
                .map(state -> new Found(check, state));
    }

    private static Future<State> answerOf(Check check) {
        try {
            return check.ask().get();
        } catch (RuntimeException e) {
            return Future.failedFuture(e);
        }
    }

    private static State failed(Throwable failure) {
        LOG.debug("health check failed", failure);
        return new State(false, failure instanceof TimeoutException ? "no answer within 1 s" : "not reachable");
    }

    private Report report(List<Found> found) {
        boolean up = found.stream().allMatch(f -> f.state().up() || !f.check().needed());
        var list = new JsonArray();
        found.forEach(f -> list.add(json(f)));
        String status = draining ? "DRAINING" : status(up);
        return new Report(
                up && !draining, new JsonObject().put("status", status).put("checks", list));
    }

    private static JsonObject json(Found found) {
        var json = new JsonObject()
                .put("name", found.check().name())
                .put("status", status(found.state().up()));
        return found.state().detail().isEmpty()
                ? json
                : json.put("detail", found.state().detail());
    }

    private static String status(boolean up) {
        return up ? "UP" : "DOWN";
    }
}
