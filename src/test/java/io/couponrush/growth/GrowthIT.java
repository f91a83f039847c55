package io.couponrush.growth;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.testkit.Callers.Caller;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Web;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Reads of a service that has given ten coupons to each of so many users: {@code -Dgrowth.users}, else 1,000,000, which
 * need 4 GB of disk and some minutes. Each reader comes once, so that nothing of theirs is in Postgres' memory. What was
 * seen is in {@code target/growth.md}.
 */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GrowthIT {
    private static final int USERS = Integer.getInteger("growth.users", 1_000_000);
    private static final int READERS = 6_000;
    private static final int WARM_UP = 2_000;
    private static final double LIMIT_MS = 10;

    private final StringBuilder report = new StringBuilder();
    private RunningService service;
    private List<Caller> readers;

    @BeforeAll
    void grow() throws SQLException, IOException {
        service = RunningService.start();
        readers = service.callers(READERS).all();
        long began = System.nanoTime();
        try (var connection = connect();
                var statement = connection.createStatement()) {
            String sql = Files.readString(Path.of("src/test/resources/growth/grow.sql"));
            statement.execute(String.format(Locale.ROOT, sql, USERS, Integer.MAX_VALUE));
            statement.execute("vacuum analyze");
            var row = statement.executeQuery("select (select count(*) from user_coupons), (select count(*) from users),"
                    + " (select count(*) from coupon_events), pg_size_pretty(pg_database_size(current_database()))");
            row.next();
            report(
                    "%,d coupons of %,d users from %,d events, %s, made in %d s%n%n",
                    row.getLong(1),
                    row.getLong(2),
                    row.getLong(3),
                    row.getString(4),
                    Duration.ofNanos(System.nanoTime() - began).toSeconds());
        }
        System.out.println("grown: " + report);
    }

    @AfterAll
    void tell() throws IOException {
        service.close();
        Files.writeString(Path.of("target/growth.md"), report);
        System.out.print(report);
    }

    @Test
    void readsStayQuick() {
        List<Caller> warmUp = readers.subList(0, WARM_UP);
        List<Caller> once = readers.subList(WARM_UP, READERS);
        List<Caller> collectors =
                readers.stream().filter(reader -> reader.userId() % 1000 == 0).toList();
        p95("", WARM_UP, i -> as(warmUp.get(i)).get("/api/coupons/my"));
        p95("", WARM_UP, i -> Web.anybody(service).get("/api/coupons/events"));
        report("| read | times | p50 ms | p95 ms | p99 ms |%n| --- | ---: | ---: | ---: | ---: |%n");
        double[] p95 = {
            p95("my coupons, ten", once.size(), i -> as(once.get(i)).get("/api/coupons/my")),
            p95("my coupons again", once.size(), i -> as(once.get(i)).get("/api/coupons/my?status=used")),
            p95("my coupons, five hundred", 500, i -> as(collectors.get(i % collectors.size()))
                    .get("/api/coupons/my")),
            p95("events", once.size(), i -> Web.anybody(service).get("/api/coupons/events")),
            p95("events, active", once.size(), i -> Web.anybody(service).get("/api/coupons/events?status=active"))
        };
        assertThat(Arrays.stream(p95).max().orElseThrow()).isLessThan(LIMIT_MS);
        assertThat(as(once.get(0)).get("/api/coupons/my").json().getJsonArray("items"))
                .hasSize(10);
    }

    private Web as(Caller reader) {
        return Web.anybody(service).as(reader.token());
    }

    /** One after the other, over HTTP; without a name it is not reported. */
    private double p95(String name, int times, IntFunction<Web.Reply> read) {
        double[] ms = new double[times];
        for (int i = 0; i < times; i++) {
            long began = System.nanoTime();
            assertThat(read.apply(i).status()).isEqualTo(200);
            ms[i] = (System.nanoTime() - began) / 1e6;
        }
        Arrays.sort(ms);
        if (!name.isEmpty()) {
            report(
                    "| %s | %,d | %.1f | %.1f | %.1f |%n",
                    name, times, ms[times / 2], ms[times * 95 / 100], ms[times * 99 / 100]);
        }
        return ms[times * 95 / 100];
    }

    private void report(String text, Object... values) {
        report.append(String.format(Locale.ROOT, text, values));
    }

    private Connection connect() throws SQLException {
        var uri = URI.create(service.postgresUri());
        String[] user = (uri.getUserInfo() + ":").split(":", -1);
        return DriverManager.getConnection(
                "jdbc:postgresql://" + uri.getHost() + ":" + uri.getPort() + uri.getPath(), user[0], user[1]);
    }
}
