package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.http.Permission;
import io.couponrush.http.ProblemCode;
import io.couponrush.stories.HostileRequests.Shot;
import io.couponrush.testkit.Described;
import io.couponrush.testkit.Ledger;
import io.couponrush.testkit.Member;
import io.couponrush.testkit.OverheardLog;
import io.couponrush.testkit.Partner;
import io.couponrush.testkit.RawHttp;
import io.couponrush.testkit.RawHttp.Reply;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Web;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every operation of the contract, spoiled by chance: a documented answer, nothing changes unless it was served, nothing
 * is logged. {@code -Dfuzz.seed} and {@code -Dfuzz.requests} look further.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FuzzStory {
    private static final long SEED = Long.getLong("fuzz.seed", 20_261_121);
    static final int REQUESTS = Integer.getInteger("fuzz.requests", 40);

    /** What any operation may answer, as the head of the document says. */
    private static final Set<Integer> ANYWHERE = Set.of(400, 408, 413, 414, 415, 431);

    private final OverheardLog log = new OverheardLog();
    private RunningService service;
    private Ledger ledger;
    private String admin;
    private String staff;
    private Partner partner;

    @BeforeAll
    void open() {
        log.start();
        service = RunningService.start(Map.of(
                "COUPONRUSH_LIMITS_LOGIN_BURST", "10000",
                "COUPONRUSH_REDEMPTION_SWEEP_EVERY", "1h",
                "COUPONRUSH_HTTP_BODY_TIMEOUT", "1s"));
        ledger = new Ledger(service);
        admin = Web.anybody(service)
                .post(
                        "/api/auth/login",
                        new JsonObject()
                                .put("email", RunningService.ADMIN_EMAIL)
                                .put("password", RunningService.ADMIN_PASSWORD))
                .with(200)
                .getString("accessToken");
        partner = Partner.signsIn(service, service.staff(), "Fuzzy");
        Member member = Member.signsUp(service, "fuzzy");
        service.staff()
                .web()
                .put("/api/admin/users/" + member.userId() + "/role", new JsonObject().put("role", "STAFF"))
                .with(200);
        staff = member.signsIn().with(200).getString("accessToken");
        System.out.println("fuzz.seed=" + SEED + " fuzz.requests=" + REQUESTS);
    }

    static Stream<Described> operations() {
        return Described.all().stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("operations")
    void answersAsDocumentedOrChangesNothing(Described described) throws IOException {
        long sale = service.staff().opens(Sale.of(10));
        String token = tokenFor(described.operation().permission(), sale);
        var random = new Random(SEED ^ described.toString().hashCode());
        var requests = new HostileRequests(random, sale, token);
        boolean writes = !described.operation().method().equals("GET");
        List<String> faults = new ArrayList<>();
        int refused = 0;
        Map<String, String> before = ledger.sums();
        for (int i = 0; i < REQUESTS; i++) {
            Shot shot = requests.next(described);
            Reply reply = send(shot);
            if (reply.status() >= 400) refused++;
            String fault = fault(described, shot, reply);
            if (writes) {
                Map<String, String> after = ledger.sums();
                if (reply.status() >= 400 && !after.equals(before)) fault = "changed " + before + " to " + after;
                before = after;
            }
            if (fault != null) faults.add(fault + ": " + shot.what() + "\n  " + reply);
        }
        assertThat(faults).as("with -Dfuzz.seed=" + SEED).isEmpty();
        assertThat(refused).as("refused at all").isPositive();
        if (!writes) assertThat(ledger.sums()).as("reading changes nothing").isEqualTo(before);
    }

    /** Of the least that may do it: a user, a partner, somebody of the staff; of an ADMIN where nobody else may. */
    private String tokenFor(String permission, long sale) {
        if (permission == null) return admin;
        return switch (Permission.valueOf(permission)) {
            case TAKE_PART -> service.callers(1).one().token();
            case GRANT_COUPONS -> {
                partner.isGiven(sale);
                yield partner.token();
            }
            case RUN_CAMPAIGNS, READ_STAFF -> staff;
            case SEE_PERSONAL_DATA, SEE_AUDIT, MANAGE_PARTNERS, MANAGE_USERS -> admin;
        };
    }

    private Reply send(Shot shot) throws IOException {
        try (var http = new RawHttp(service.port())) {
            return http.send(shot.bytes().getBytes()).reply();
        }
    }

    private static String fault(Described described, Shot shot, Reply reply) {
        int status = reply.status();
        if (!described.statuses().contains(status) && !ANYWHERE.contains(status)) return "undocumented " + status;
        if (status < 400) return shot.isInvalid() ? "served" : null;
        if (!"application/problem+json".equals(reply.headers().get("content-type"))) return "no problem";
        JsonObject problem = reply.json();
        if (Stream.of(ProblemCode.values())
                .noneMatch(code -> code.name().equals(problem.getString("code")) && code.status() == status)) {
            return "unknown code";
        }
        String id = problem.getString("requestId");
        return id != null && id.equals(reply.headers().get("x-request-id")) ? null : "no requestId";
    }

    @AfterAll
    void nothingWasTold() {
        service.close();
        log.stop();
        assertThat(log.lines()).as("something was logged at all").isNotEmpty();
        for (String canary : HostileRequests.CANARIES) {
            assertThat(log.lines()).noneMatch(line -> line.contains(canary));
        }
        for (String token : List.of(admin, staff, partner.token())) {
            assertThat(log.lines()).noneMatch(line -> line.contains(token));
        }
        assertThat(log.lines()).noneMatch(line -> line.contains("forged log line"));
        assertThat(log.errors()).isEmpty();
    }
}
