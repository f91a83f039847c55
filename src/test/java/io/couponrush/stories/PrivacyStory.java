package io.couponrush.stories;

import static java.util.concurrent.CompletableFuture.supplyAsync;
import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.testkit.Member;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Staff;
import io.couponrush.testkit.Web;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What people may take along, and how they are forgotten. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PrivacyStory {
    private static final String ME = "/api/users/me";

    private RunningService service;
    private Staff admin;

    @BeforeAll
    void open() {
        service = RunningService.start(Map.of("COUPONRUSH_LIMITS_LOGIN_BURST", "1000"));
        admin = service.staff();
    }

    @AfterAll
    void close() {
        service.close();
    }

    @Test
    void takesEverythingAlong() {
        Member mina = Member.signsUp(service, "mina");
        long sale = admin.opens(Sale.of(600).perUser(100));
        for (int i = 0; i < 3; i++) mina.claims(sale).with(201);
        copyCoupons(mina, 450); // more than one slice
        String code = mina.claims(sale).with(201).getString("couponCode");
        mina.web()
                .post(
                        "/api/coupons/" + code + "/use",
                        new JsonObject().put("orderId", "A-1").put("purchaseAmount", 50_000))
                .with(200);
        Awaitility.await()
                .until(() ->
                        service.books().count("select count(*) from notices where user_id = " + mina.userId()) >= 5);

        Web.Reply reply = mina.web().get(ME + "/export");

        JsonObject all = reply.with(200);
        assertThat(reply.header("Content-Disposition")).isEqualTo("attachment; filename=\"couponrush.json\"");
        assertThat(reply.header("Cache-Control")).isEqualTo("no-store");
        assertThat(all.fieldNames())
                .containsExactlyInAnyOrder(
                        "profile",
                        "secondFactor",
                        "identities",
                        "sessions",
                        "coupons",
                        "interests",
                        "audiences",
                        "draws",
                        "notices",
                        "audit");
        assertThat(all.getJsonObject("profile").getString("email")).isEqualTo(mina.email());
        assertThat(all.getJsonArray("sessions")).hasSize(1);
        assertThat(codes(all.getJsonArray("coupons")))
                .hasSize(454)
                .doesNotHaveDuplicates()
                .contains(code);
        JsonObject used = coupon(all, code);
        assertThat(used.getString("orderId")).isEqualTo("A-1");
        assertThat(used.getDouble("purchaseAmount")).isEqualTo(50_000);
        assertThat(used.getDouble("discountAmount")).isPositive();
        assertThat(types(all.getJsonArray("notices"))).contains("coupon.issued", "coupon.used");
        assertThat(reply.text()).doesNotContain("argon2").doesNotContain("hash");
        assertThat(Web.anybody(service).get(ME + "/export").code()).isEqualTo("UNAUTHENTICATED");
    }

    @Test
    void anOrderThatWasCancelledIsHeldAndTold() {
        Member yuna = Member.signsUp(service, "yuna");
        String code = yuna.claims(admin.opens(Sale.of(5))).with(201).getString("couponCode");
        var order = new JsonObject().put("orderId", "A-1");
        yuna.web()
                .post("/api/coupons/" + code + "/use", order.copy().put("purchaseAmount", 50_000))
                .with(200);
        yuna.web().post("/api/coupons/" + code + "/cancel-use", order).with(200);
        JsonObject held = coupon(yuna.web().get(ME + "/export").with(200), code);
        assertThat(held.getString("orderId")).isEqualTo("A-1");
        assertThat(held.getValue("purchaseAmount")).isNull();
        assertThat(held.getValue("discountAmount")).isNull();
    }

    /** The place that somebody won, and what others did to them; not who the others were. */
    @Test
    void whatOthersDidIsToldWithoutThem() {
        Member bora = Member.signsUp(service, "bora");
        long draw = admin.opens(Sale.of(1).with("mode", "draw"));
        bora.web().post("/api/coupons/events/" + draw + "/entries", null).with(201);
        admin.ends(draw);
        Awaitility.await()
                .until(() -> service.books().count("select count(*) from draw_winners where event_id = " + draw) == 1);
        admin.web()
                .post("/api/admin/users/search", new JsonObject().put("email", bora.email()))
                .with(200);

        JsonObject all = bora.web().get(ME + "/export").with(200);

        JsonObject entry = all.getJsonArray("draws").getJsonObject(0);
        assertThat(entry.getLong("eventId")).isEqualTo(draw);
        assertThat(entry.getInteger("place")).isOne();
        assertThat(all.getJsonArray("audit")).hasSize(1);
        JsonObject line = all.getJsonArray("audit").getJsonObject(0);
        assertThat(line.getString("action")).isEqualTo("user.search");
        assertThat(line.getString("role")).isEqualTo("ADMIN");
        assertThat(line.getValue("actor")).isNull();
        assertThat(line.getValue("client")).isNull();
    }

    @Test
    void theLastAdminStays() {
        Member dan = Member.signsUp(service, "dan");
        Member eun = Member.signsUp(service, "eun");
        for (Member each : List.of(dan, eun))
            changesRole(admin.web(), each, "ADMIN").with(200);
        long bootstrap = admin.web().get(ME).with(200).getLong("userId");
        Web danNow = as(dan);
        Web eunNow = as(eun);
        service.books().change("update users set role = 'USER' where id = " + bootstrap);
        try {
            var erasures = List.of(
                    supplyAsync(() -> danNow.delete(ME, passwordOf(dan))),
                    supplyAsync(() -> eunNow.delete(ME, passwordOf(eun))));
            assertThat(erasures)
                    .extracting(erased -> erased.join().status())
                    .as("two at once")
                    .containsExactlyInAnyOrder(204, 403);
            assertThat(erasures)
                    .anySatisfy(erased -> assertThat(erased.join().text()).contains("FORBIDDEN"));
            assertThat(admins()).isOne();
        } finally {
            service.books().change("update users set role = 'ADMIN' where id = " + bootstrap);
        }
        Awaitility.await().untilAsserted(() -> assertThat(admin.web()
                        .get("/api/admin/audit?action=user.forget")
                        .with(200)
                        .encode())
                .contains("\"outcome\":\"FORBIDDEN\""));
    }

    /** Each takes the role of the other: nobody does it to themselves, and still somebody has to be left. */
    @Test
    void twoAdminsDoNotTakeEachOthersRole() {
        long bootstrap = admin.web().get(ME).with(200).getLong("userId");
        for (int round = 0; round < 5; round++) {
            Member gina = Member.signsUp(service, "gina");
            Member hugo = Member.signsUp(service, "hugo");
            for (Member each : List.of(gina, hugo))
                changesRole(admin.web(), each, "ADMIN").with(200);
            Web ginaNow = as(gina);
            Web hugoNow = as(hugo);
            service.books()
                    .change("update users set role = 'USER' where role = 'ADMIN' and id not in (" + gina.userId() + ", "
                            + hugo.userId() + ")");
            try {
                var changes = List.of(
                        supplyAsync(() -> changesRole(ginaNow, hugo, "USER")),
                        supplyAsync(() -> changesRole(hugoNow, gina, "USER")));
                assertThat(changes).extracting(change -> change.join().status()).isSubsetOf(200, 401, 403);
                assertThat(admins()).isPositive();
            } finally {
                service.books().change("update users set role = 'ADMIN' where id = " + bootstrap);
            }
        }
    }

    private long admins() {
        return service.books().count("select count(*) from users where role = 'ADMIN'");
    }

    private Web as(Member member) {
        return Web.anybody(service).as(member.signsIn().with(200).getString("accessToken"));
    }

    private static Web.Reply changesRole(Web by, Member of, String role) {
        return by.put("/api/admin/users/" + of.userId() + "/role", new JsonObject().put("role", role));
    }

    private static JsonObject coupon(JsonObject export, String code) {
        return export.getJsonArray("coupons").stream()
                .map(JsonObject.class::cast)
                .filter(coupon -> coupon.getString("couponCode").equals(code))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void isForgottenAndTheLedgerAddsUp() {
        Member jun = Member.signsUp(service, "jun");
        long sale = admin.opens(Sale.of(10));
        jun.web().post("/api/coupons/events/" + sale + "/interest", null).with(200);
        assertThat(jun.web().get(ME + "/export").with(200).getJsonArray("interests"))
                .hasSize(1);
        String code = jun.claims(sale).with(201).getString("couponCode");
        String other = jun.signsIn().with(200).getString("accessToken");
        Awaitility.await()
                .until(() ->
                        service.books().count("select count(*) from notices where user_id = " + jun.userId()) == 1);
        assertThat(jun.web().delete(ME, new JsonObject()).code()).isEqualTo("VALIDATION_FAILED");
        assertThat(jun.web()
                        .delete(ME, new JsonObject().put("password", "not his at all"))
                        .code())
                .isEqualTo("INVALID_CREDENTIALS");
        assertThat(jun.web().get(ME).status()).isEqualTo(200);

        Web.Reply forgotten = jun.web().delete(ME, new JsonObject().put("password", jun.password()));

        assertThat(forgotten.status()).isEqualTo(204);
        assertThat(jun.web().get(ME).code()).isEqualTo("UNAUTHENTICATED");
        assertThat(Web.anybody(service).as(other).get(ME).code()).isEqualTo("UNAUTHENTICATED");
        assertThat(jun.refreshes().code()).isEqualTo("UNAUTHENTICATED");
        assertThat(everywhere(jun.email())).isZero();
        assertThat(jun.signsIn().with(401).getString("code")).isEqualTo("INVALID_CREDENTIALS");
        assertThat(service.books().count("select count(*) from notices where user_id = " + jun.userId()))
                .isZero();
        assertThat(service.books().count("select count(*) from interests where user_id = " + jun.userId()))
                .isZero();
        assertThat(service.books().of(sale).codes()).containsExactly(code);
        assertThat(admin.web().get("/api/coupons/" + code).with(200).getLong("userId"))
                .isEqualTo(jun.userId());
        assertThat(Web.anybody(service)
                        .post(
                                "/api/auth/register",
                                new JsonObject()
                                        .put("email", jun.email())
                                        .put("password", jun.password())
                                        .put("name", "Jun"))
                        .with(201)
                        .getLong("userId"))
                .as("the e-mail is free, and whoever has it now is somebody else")
                .isNotEqualTo(jun.userId());
        assertThat(Web.anybody(service)
                        .as(jun.signsIn().with(200).getString("accessToken"))
                        .get("/api/coupons/my")
                        .with(200)
                        .getJsonArray("items"))
                .isEmpty();
    }

    @Test
    void forgettingIsRememberedWithoutTelling() {
        Member sora = Member.signsUp(service, "sora");
        assertThat(sora.web()
                        .delete(ME, new JsonObject().put("password", sora.password()))
                        .status())
                .isEqualTo(204);
        JsonArray log = admin.web()
                .get("/api/admin/audit?action=user.forget&target=user:" + sora.userId())
                .with(200)
                .getJsonArray("items");
        assertThat(log).hasSize(1);
        assertThat(log.encode()).doesNotContain(sora.email());
    }

    @Test
    void aTokenAloneForgetsNobodyByGuessing() {
        Member hana = Member.signsUp(service, "hana");
        var wrong = new JsonObject().put("password", "not hers at all");
        for (int i = 0; i < 5; i++)
            assertThat(hana.web().delete(ME, wrong).status()).isEqualTo(401);
        assertThat(hana.web()
                        .delete(ME, new JsonObject().put("password", hana.password()))
                        .code())
                .isEqualTo("ACCOUNT_LOCKED");
        assertThat(hana.web().get(ME).status()).isEqualTo(200);
    }

    /** Claims, logins and refreshes of people who are being forgotten: whatever comes first, nothing is left over. */
    @Test
    void forgettingRacesWithWhateverTheyDo() {
        int people = 16;
        int stock = 1_600;
        long sale = admin.opens(Sale.of(stock).perUser(100));
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < people; i++) members.add(Member.signsUp(service, "racer"));
        List<CompletableFuture<List<Web.Reply>>> claims = new ArrayList<>();
        List<CompletableFuture<Web.Reply>> logins = new ArrayList<>();
        List<CompletableFuture<Web.Reply>> others = new ArrayList<>();
        List<CompletableFuture<Web.Reply>> erasures = new ArrayList<>();
        var hands = Executors.newFixedThreadPool(people * 5);
        for (Member member : members) {
            claims.add(supplyAsync(() -> claimsUntilRefused(member, sale), hands));
            erasures.add(supplyAsync(() -> unlessBusy(() -> member.web().delete(ME, passwordOf(member))), hands));
            logins.add(supplyAsync(() -> unlessBusy(member::signsIn), hands));
            others.add(supplyAsync(member::refreshes, hands));
            others.add(supplyAsync(() -> member.web().get(ME + "/export"), hands));
        }
        hands.shutdown();

        assertThat(erasures).extracting(erased -> erased.join().status()).containsOnly(204);
        assertThat(others).extracting(other -> other.join().status()).isSubsetOf(200, 401, 503);
        List<List<Integer>> tries = claims.stream()
                .map(claim -> claim.join().stream().map(Web.Reply::status).toList())
                .toList();
        assertThat(tries).allSatisfy(of -> assertThat(of).isSubsetOf(201, 401, 409));
        assertThat(tries)
                .as("somebody was forgotten between two claims")
                .anySatisfy(of -> assertThat(of).startsWith(201).endsWith(401));
        long won = tries.stream()
                .flatMap(List::stream)
                .filter(status -> status == 201)
                .count();
        Awaitility.await().untilAsserted(() -> {
            assertThat(service.books().left(sale)).isEqualTo(stock - won);
            assertThat(service.books().shelf(sale).leases()).isZero();
        });
        assertThat(service.books().of(sale).rows()).hasSize((int) won);
        assertThat(logins).extracting(login -> login.join().status()).isSubsetOf(200, 401);
        for (var login : logins) {
            if (login.join().status() == 200) assertThat(reads(login.join())).isEqualTo(401);
        }
        for (Member member : members) {
            assertThat(member.signsIn().code()).isEqualTo("INVALID_CREDENTIALS");
            assertThat(service.books()
                            .count("select count(*) from sessions where revoked_at is null and user_id = "
                                    + member.userId()))
                    .isZero();
        }
        int rest = (int) (stock - won);
        assertThat(service.callers(rest / 100 + 1).allClaimWithKeys(sale, 100).issued())
                .as("no unit is lost")
                .hasSize(rest);
    }

    /** The login has its lock on the user's row before the erasure, and its commit after the erasure has begun. */
    @Test
    void aSessionThatIsBeingOpenedEndsWithTheRest() {
        Member dain = Member.signsUp(service, "dain");
        var login = service.books()
                .begin("insert into sessions (id, user_id, family_hash, secret_hash, expires_at)"
                        + " select gen_random_uuid(), id, 'f', 's', now() + interval '1 day' from users where id = "
                        + dain.userId() + " for share");
        var erased = supplyAsync(() -> dain.web().delete(ME, passwordOf(dain)));
        Awaitility.await().until(() -> service.books().waiting() == 1);
        login.commit();
        assertThat(erased.join().status()).isEqualTo(204);
        assertThat(service.books()
                        .count("select count(*) from sessions where revoked_at is null and user_id = " + dain.userId()))
                .isZero();
    }

    private static JsonObject passwordOf(Member member) {
        return new JsonObject().put("password", member.password());
    }

    /** Passwords are checked two at a time, and nobody waits for that for long. */
    private static Web.Reply unlessBusy(Supplier<Web.Reply> call) {
        return Web.insist(Duration.ofMinutes(1), call);
    }

    /** Not so fast that all is over before the first password was checked. */
    private static List<Web.Reply> claimsUntilRefused(Member member, long sale) {
        List<Web.Reply> tries = new ArrayList<>();
        do {
            Awaitility.await().pollDelay(Duration.ofMillis(50)).until(() -> true);
            tries.add(member.claims(sale));
        } while (tries.get(tries.size() - 1).status() == 201);
        return tries;
    }

    /** How those tokens are answered. */
    private int reads(Web.Reply tokens) {
        return Web.anybody(service)
                .as(tokens.json().getString("accessToken"))
                .get(ME)
                .status();
    }

    /** Rows of tables with texts in which an e-mail stands. */
    private long everywhere(String email) {
        return service.books()
                .count("select (select count(*) from users t where t::text like '%" + email + "%')"
                        + " + (select count(*) from sessions t where t::text like '%" + email + "%')"
                        + " + (select count(*) from notices t where t::text like '%" + email + "%')"
                        + " + (select count(*) from outbox t where t::text like '%" + email + "%')"
                        + " + (select count(*) from audit_log t where t::text like '%" + email + "%')"
                        + " + (select count(*) from user_coupons t where t::text like '%" + email + "%')"
                        + " + (select count(*) from login_failures where email_hash = sha256('" + email + "'::bytea))");
    }

    private void copyCoupons(Member member, int count) {
        assertThat(service.books()
                        .change("insert into user_coupons (rid, event_id, user_id, seq, coupon_code, lease, epoch,"
                                + " issued_at, expires_at) select gen_random_uuid(), min(id), " + member.userId()
                                + ", n, 'COPY-' || n, gen_random_uuid(), 1, now(), now() + interval '30 days'"
                                + " from coupon_events, generate_series(1001, " + (1_000 + count) + ") n group by n"))
                .isEqualTo(count);
    }

    private static List<String> codes(JsonArray coupons) {
        return coupons.stream()
                .map(coupon -> ((JsonObject) coupon).getString("couponCode"))
                .toList();
    }

    private static List<String> types(JsonArray notices) {
        return notices.stream()
                .map(notice -> ((JsonObject) notice).getString("type"))
                .toList();
    }
}
