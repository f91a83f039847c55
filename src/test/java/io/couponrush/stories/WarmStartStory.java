package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.testkit.Callers;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Staff;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Redis forgets a campaign before its start, and nobody in the crowd notices. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WarmStartStory {
    private RunningService service;
    private Staff staff;

    @BeforeAll
    void open() {
        service = RunningService.start();
        staff = service.staff();
    }

    @AfterAll
    void close() {
        service.close();
    }

    @Test
    void theFirstClaimDoesNotPayForLoading() {
        long sale = staff.opens(Sale.of(100).startingIn(Duration.ofSeconds(20)));
        await().until(() -> warmUp(sale).equals("ready"));
        forget(sale);
        await().atMost(Duration.ofSeconds(15))
                .until(() -> service.books().shelf(sale).epoch() > 0);
        await().until(() -> warmUp(sale).equals("ready"));
        var loaded = service.books().of(sale);
        assertThat(service.books().shelf(sale).epoch()).isEqualTo(loaded.epoch());
        assertThat(service.books().shelf(sale).stock()).isEqualTo(100);

        Callers callers = service.callers(150);
        await().atMost(Duration.ofSeconds(25)).until(() -> Instant.now().isAfter(loaded.start()));
        var answers = callers.allClaim(sale);

        Sold.exactly(service, sale, 100, answers);
        assertThat(service.books().of(sale).epoch())
                .as("nothing was loaded after that")
                .isEqualTo(loaded.epoch());
    }

    private String warmUp(long sale) {
        JsonObject seen =
                staff.web().get("/api/admin/events/" + sale + "/warmup").with(200);
        return seen.getString("state");
    }

    private void forget(long sale) {
        var vertx = Vertx.vertx();
        Request delete = Request.cmd(Command.DEL);
        for (String part : new String[] {"meta", "user", "open"}) delete.arg("cp:{" + sale + "}:" + part);
        Redis.createClient(vertx, service.redisUri()).send(delete).await();
        vertx.close().await();
    }
}
