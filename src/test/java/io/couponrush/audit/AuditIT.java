package io.couponrush.audit;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.couponrush.http.ProblemCode;
import io.couponrush.http.RateLimiter;
import io.couponrush.testkit.Backends;
import io.couponrush.testkit.Schema;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditIT {
    private static final Deed DEED = new Deed(7L, "ADMIN", "event.patch", "trace-1", "203.0.113.0/24");
    private static Vertx vertx;
    private static Pool pool;
    private static AuditStore store;

    @BeforeAll
    static void open() {
        String uri = Backends.shared().freshDatabase();
        Schema.apply(uri);
        vertx = Vertx.vertx();
        pool = PgBuilder.pool()
                .connectingTo(PgConnectOptions.fromUri(uri))
                .using(vertx)
                .build();
        store = new AuditStore(pool, pool);
    }

    @AfterAll
    static void close() throws Exception {
        done(pool.close());
        done(vertx.close());
    }

    @Test
    void keepsOnlyWhatChanged() throws Exception {
        var before = new JsonObject().put("title", "A").put("totalCount", 10).put("description", (String) null);
        var after = before.copy().put("totalCount", 20).put("description", "new");
        done(store.append(AuditEntry.changed(DEED, "event:1", before, after)));
        assertThat(lines("event:1"))
                .containsExactly(new JsonObject()
                        .put("actor", 7)
                        .put("role", "ADMIN")
                        .put("action", "event.patch")
                        .put("target", "event:1")
                        .put("outcome", "DONE")
                        .put("before", new JsonObject().put("totalCount", 10).putNull("description"))
                        .put("after", new JsonObject().put("totalCount", 20).put("description", "new"))
                        .put("traceId", "trace-1")
                        .put("client", "203.0.113.0/24"));
    }

    @Test
    void isUndoneWithItsTransaction() throws Exception {
        Future<Void> undone = pool.withTransaction(tx ->
                AuditStore.append(tx, AuditEntry.done(DEED, "event:2", null)).compose(v -> Future.failedFuture("no")));
        assertThatThrownBy(() -> done(undone)).hasMessageContaining("no");
        assertThat(lines("event:2")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"update audit_log set outcome = 'x'", "delete from audit_log where false", "truncate audit_log"})
    void isOnlyAddedTo(String statement) throws Exception {
        done(store.append(AuditEntry.done(DEED, "event:3", null)));
        assertThatThrownBy(() -> done(pool.query(statement).execute()))
                .hasRootCauseInstanceOf(PgException.class)
                .hasMessageContaining("only added to");
    }

    @Test
    void refusalsAreBoundedAndTheMissingAreTold() throws Exception {
        var limiter = new RateLimiter("audit", 1, 3, 10);
        var trail = new AuditTrail(store, request -> "", limiter);
        Deed user = new Deed(8L, "USER", "access.refused", "trace-2", null);
        Deed nobody = new Deed(null, Deed.NOBODY, "access.refused", "trace-3", null);
        for (int i = 0; i < 100; i++) trail.refused(user, "GET /flood", ProblemCode.FORBIDDEN);
        trail.refused(nobody, "GET /flood", ProblemCode.UNAUTHENTICATED);
        await().untilAsserted(() -> assertThat(lines("GET /flood"))
                .as("three of the user's, and somebody without a name all the same")
                .hasSizeBetween(4, 10)
                .anyMatch(line -> line.getString("role").equals("NOBODY")));
        await().until(() -> {
            trail.refused(user, "GET /later", ProblemCode.FORBIDDEN);
            return !lines("GET /later").isEmpty();
        });
        List<JsonObject> newestFirst = lines("GET /later");
        JsonObject later = newestFirst.get(newestFirst.size() - 1);
        assertThat(later.getJsonObject("after").getLong("notWritten")).isGreaterThanOrEqualTo(90);
        assertThat(later.getString("outcome")).isEqualTo("FORBIDDEN");
    }

    @Test
    void pagesGoDownToTheFirst() throws Exception {
        for (int i = 0; i < 5; i++) done(store.append(AuditEntry.done(DEED, "page:1", null)));
        List<Long> seen = new ArrayList<>();
        long before = Long.MAX_VALUE;
        List<AuditStore.Line> page = page("page:1", before, 2);
        while (!page.isEmpty()) {
            for (var line : page) seen.add(line.id());
            before = seen.get(seen.size() - 1);
            page = page("page:1", before, 2);
        }
        assertThat(seen).hasSize(5).doesNotHaveDuplicates().isSortedAccordingTo((a, b) -> Long.compare(b, a));
    }

    private static List<JsonObject> lines(String target) throws Exception {
        return page(target, Long.MAX_VALUE, 100).stream()
                .map(line -> {
                    JsonObject json = line.json().copy();
                    json.remove("id");
                    json.remove("at");
                    return json;
                })
                .toList();
    }

    private static List<AuditStore.Line> page(String target, long before, int limit) throws Exception {
        return done(store.page(new AuditQuery(null, null, target, before, limit), limit));
    }

    private static <T> T done(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, SECONDS);
    }
}
