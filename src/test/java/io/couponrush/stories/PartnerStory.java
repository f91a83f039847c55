package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.testkit.Member;
import io.couponrush.testkit.Partner;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Staff;
import io.couponrush.testkit.Web;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Who may act for others: partners, from their making to their end, and people whose role changes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PartnerStory {
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
    void aPartnerSignsInWithASecretThatIsShownOnce() {
        JsonObject made = makesPartner("Running Club");
        assertThat(made.getString("clientSecret")).hasSize(43);
        var reply = token(made.getString("clientId"), made.getString("clientSecret"));
        JsonObject token = reply.with(200);
        assertThat(reply.header("Cache-Control")).isEqualTo("no-store");
        assertThat(token.fieldNames()).containsExactlyInAnyOrder("accessToken", "tokenType", "expiresIn");
        assertThat(token.getInteger("expiresIn")).isEqualTo(900);
        assertThat(as(token).get("/api/users/me").code())
                .as("known, and not allowed")
                .isEqualTo("FORBIDDEN");

        assertThat(admin.web().get("/api/admin/partners").text())
                .contains(made.getString("clientId"))
                .doesNotContain(made.getString("clientSecret"));
        assertThat(stored()).contains(made.getString("clientId")).doesNotContain(made.getString("clientSecret"));
        assertThat(actions(made)).containsExactly("auth.token", "partner.create");
    }

    @Test
    void aWrongSecretAndAnUnknownPartnerAreOneAnswer() {
        JsonObject made = makesPartner("Stock Game");
        var wrong = token(made.getString("clientId"), "not the secret");
        var unknown = token("partner-0000000000000000", made.getString("clientSecret"));
        assertThat(wrong.with(401).put("requestId", ""))
                .isEqualTo(unknown.with(401).put("requestId", ""));
        assertThat(wrong.code()).isEqualTo("INVALID_CREDENTIALS");
        assertThat(Web.anybody(service)
                        .post(
                                "/api/auth/login",
                                new JsonObject()
                                        .put("email", made.getString("clientId") + "@partners.invalid")
                                        .put("password", made.getString("clientSecret")))
                        .code())
                .isEqualTo("INVALID_CREDENTIALS");
        await().until(() -> audit("action=auth.token").stream()
                        .filter(line -> line.getString("outcome").equals("INVALID_CREDENTIALS"))
                        .count()
                >= 2);
    }

    @Test
    void aRevokedPartnersTokensEndAtOnce() {
        JsonObject made = makesPartner("Resort Staffing");
        Web one = as(token(made.getString("clientId"), made.getString("clientSecret"))
                .with(200));
        Web other = as(token(made.getString("clientId"), made.getString("clientSecret"))
                .with(200));
        assertThat(one.get("/api/users/me").code()).isEqualTo("FORBIDDEN");

        JsonObject revoked = revokes(made).with(200);

        assertThat(one.get("/api/users/me").code()).isEqualTo("UNAUTHENTICATED");
        assertThat(other.get("/api/users/me").code()).isEqualTo("UNAUTHENTICATED");
        assertThat(token(made.getString("clientId"), made.getString("clientSecret"))
                        .code())
                .isEqualTo("INVALID_CREDENTIALS");
        assertThat(revoked.getString("revokedAt")).isNotNull();
        assertThat(revokes(made).with(200)).as("again").isEqualTo(revoked);
        assertThat(admin.web().post("/api/admin/partners/999999/revoke", null).code())
                .isEqualTo("PARTNER_NOT_FOUND");
        assertThat(actions(made)).contains("partner.revoke");
    }

    @Test
    void aRevokedPartnerStaysOutAfterARestart() {
        JsonObject made = makesPartner("Event Suite");
        Web partner = as(token(made.getString("clientId"), made.getString("clientSecret"))
                .with(200));
        revokes(made).with(200);
        service.restart();
        assertThat(partner.get("/api/users/me").code()).isEqualTo("UNAUTHENTICATED");
    }

    @Test
    void anotherRoleTakesAnotherLogin() {
        Member mina = Member.signsUp(service, "mina");
        var found = admin.web()
                .post("/api/admin/users/search", new JsonObject().put("email", mina.email()))
                .with(200);
        assertThat(found.getLong("userId")).isEqualTo(mina.userId());

        assertThat(changesRole(mina.userId(), "STAFF").with(200).getString("role"))
                .isEqualTo("STAFF");

        assertThat(mina.web().get("/api/users/me").code()).isEqualTo("UNAUTHENTICATED");
        assertThat(mina.refreshes().code()).isEqualTo("UNAUTHENTICATED");
        Web again = as(mina.signsIn().with(200));
        assertThat(again.get("/api/admin/events").status()).isEqualTo(200);
        assertThat(again.put("/api/admin/users/" + mina.userId() + "/role", new JsonObject().put("role", "ADMIN"))
                        .code())
                .isEqualTo("FORBIDDEN");
        JsonObject line = audit("action=user.role&target=user:" + mina.userId()).get(0);
        assertThat(line.getJsonObject("before").getString("role")).isEqualTo("USER");
        assertThat(line.getJsonObject("after").getString("role")).isEqualTo("STAFF");
    }

    @Test
    void nobodyChangesTheirOwnRoleOrAPartners() {
        long me = admin.web().get("/api/users/me").with(200).getLong("userId");
        assertThat(changesRole(me, "USER").code()).isEqualTo("FORBIDDEN");
        assertThat(changesRole(makesPartner("Ladder").getLong("partnerId"), "ADMIN")
                        .code())
                .isEqualTo("USER_NOT_FOUND");
        assertThat(changesRole(me, "PARTNER").code()).isEqualTo("VALIDATION_FAILED");
        assertThat(changesRole(999_999, "USER").code()).isEqualTo("USER_NOT_FOUND");
    }

    @Test
    void aPartnerIsNobodysGuestAndIsGrantedNothing() {
        long partner = makesPartner("Greedy").getLong("partnerId");
        long event = admin.opens(Sale.of(5).with("audience", "restricted"));
        String path = "/api/admin/events/" + event;
        JsonObject granted = admin.web()
                .post(path + "/grants", new JsonObject().put("userIds", new JsonArray().add(partner)))
                .with(200);
        assertThat(granted.getJsonObject("summary").getMap()).isEqualTo(Map.of("USER_NOT_FOUND", 1));
        JsonObject invited = admin.web()
                .upload(path + "/audience", "text/csv", "userId\n" + partner + "\n")
                .with(200);
        assertThat(invited.getInteger("unknown")).isEqualTo(1);
        assertThat(invited.getInteger("added")).isZero();
    }

    @Test
    void aPartnerWorksForTheCampaignsThatItWasGivenAndForNoOther() {
        long given = admin.opens(Sale.of(5).with("audience", "restricted"));
        long other = admin.opens(Sale.of(5).with("audience", "restricted"));
        Partner partner = Partner.signsIn(service, admin, "Trail Club").isGiven(given);
        long guest = service.callers(1).one().userId();
        String guests = guest + "\n";
        admin.web().upload(audience(other), "text/csv", guests).with(200);
        long epoch = service.books().of(other).epoch();

        assertThat(partner.web()
                        .upload(audience(given), "text/csv", guests)
                        .with(200)
                        .getInteger("added"))
                .isOne();
        assertThat(grants(partner, given, guest)
                        .with(200)
                        .getJsonObject("summary")
                        .getMap())
                .isEqualTo(Map.of("ISSUED", 1));
        assertThat(partner.web().get(audience(given)).with(200).getInteger("count"))
                .isOne();
        assertThat(List.of(
                        partner.web().get(audience(other)),
                        partner.web().upload(audience(other), "text/csv", guests),
                        partner.web().upload(audience(other) + "?dryRun=true", "text/csv", guests),
                        partner.web().delete(audience(other), null),
                        partner.web().delete(audience(other) + "/" + guest, null),
                        grants(partner, other, guest)))
                .extracting(Web.Reply::code)
                .containsOnly("FORBIDDEN");

        assertThat(admin.web().get(audience(other)).with(200).getInteger("count"))
                .isOne();
        assertThat(service.books().of(other).rows()).isEmpty();
        assertThat(service.books().of(other).epoch()).as("no sale is disturbed").isEqualTo(epoch);
        await().untilAsserted(() -> assertThat(audit("actor=" + partner.partnerId() + "&target=event:" + other))
                .extracting(line -> line.getString("outcome"))
                .isNotEmpty()
                .containsOnly("FORBIDDEN"));
    }

    @Test
    void aCampaignIsGivenAndTakenBackByWhoRunsCampaigns() {
        long event = admin.opens(Sale.of(5));
        Partner partner =
                Partner.signsIn(service, admin, "Hiking Club").isGiven(event).isGiven(event);
        long guest = service.callers(1).one().userId();
        assertThat(grants(partner, event, guest).status()).isEqualTo(200);
        assertThat(admin.web().get(partner.campaigns()).with(200).getJsonArray("eventIds"))
                .containsExactly(event);

        partner.loses(event);
        partner.loses(event);

        assertThat(grants(partner, event, guest).code()).isEqualTo("FORBIDDEN");
        assertThat(admin.web().get(partner.campaigns()).with(200).getJsonArray("eventIds"))
                .isEmpty();
        assertThat(audit("target=event:" + event))
                .extracting(line -> line.getString("action"))
                .containsOnlyOnce("event.partner.give", "event.partner.take");
        assertThat(partner.web().put(partner.campaigns() + "/" + event, null).code())
                .as("by itself")
                .isEqualTo("FORBIDDEN");
        String nobody = "/api/admin/partners/999999/events/";
        assertThat(admin.web().put(nobody + event, null).code()).isEqualTo("PARTNER_NOT_FOUND");
        assertThat(admin.web().put(partner.campaigns() + "/999999", null).code())
                .isEqualTo("EVENT_NOT_FOUND");
    }

    @Test
    void theKeyOfOnePartnerIsNotAnothers() {
        long event = admin.opens(Sale.of(5).perUser(5));
        Partner one = Partner.signsIn(service, admin, "Shifts").isGiven(event);
        Partner other = Partner.signsIn(service, admin, "Shifts Too").isGiven(event);
        long worker = service.callers(1).one().userId();
        String first = code(grants(one, event, worker, "shift-1"));
        String second = code(grants(other, event, worker, "shift-1"));
        assertThat(second).isNotEqualTo(first);
        assertThat(code(grants(one, event, worker, "shift-1"))).as("again").isEqualTo(first);
        assertThat(code(grants(other, event, worker, "shift-1"))).as("again").isEqualTo(second);
        assertThat(service.books().of(event).codes()).containsExactlyInAnyOrder(first, second);
    }

    @Test
    void aSearchForSomebodyIsInTheLog() {
        Member mina = Member.signsUp(service, "searched");
        admin.web()
                .post("/api/admin/users/search", new JsonObject().put("email", mina.email()))
                .with(200);
        admin.web()
                .post("/api/admin/users/search", new JsonObject().put("email", "nobody@stories.example"))
                .with(404);
        List<JsonObject> lines = audit("action=user.search&target=user:" + mina.userId());
        assertThat(lines).extracting(line -> line.getString("outcome")).containsExactly("DONE");
        await().untilAsserted(() -> assertThat(audit("action=user.search"))
                .extracting(line -> line.getString("outcome"))
                .contains("USER_NOT_FOUND"));
        assertThat(audit("action=user.search").toString()).doesNotContain("stories.example");
    }

    @Test
    void whomTheServiceMadeAnAdminIsInTheLog() {
        long me = admin.web().get("/api/users/me").with(200).getLong("userId");
        List<JsonObject> lines = audit("action=user.make&target=user:" + me);
        assertThat(lines).hasSize(1);
        assertThat(lines.get(0).getString("role")).isEqualTo("SERVICE");
        assertThat(lines.get(0).getJsonObject("after").getString("role")).isEqualTo("ADMIN");
    }

    private static String audience(long event) {
        return "/api/admin/events/" + event + "/audience";
    }

    private static Web.Reply grants(Partner partner, long event, long user, String... key) {
        var body = new JsonObject().put("userIds", new JsonArray().add(user));
        String path = "/api/admin/events/" + event + "/grants";
        return key.length == 0
                ? partner.web().post(path, body)
                : partner.web().post(path, body, "Idempotency-Key", key[0]);
    }

    private static String code(Web.Reply granted) {
        return granted.with(200).getJsonArray("results").getJsonObject(0).getString("couponCode");
    }

    /** Many sign in while the role is taken away: whoever got a token of it has lost it when the change is answered. */
    @Test
    void noLoginKeepsARoleThatIsTakenAway() {
        for (int round = 0; round < 5; round++) {
            Member hana = Member.signsUp(service, "hana");
            changesRole(hana.userId(), "ADMIN").with(200);
            List<CompletableFuture<Web.Reply>> logins = new ArrayList<>();
            for (int i = 0; i < 8; i++) logins.add(CompletableFuture.supplyAsync(hana::signsIn));
            changesRole(hana.userId(), "USER").with(200);
            for (var login : logins) {
                Web.Reply reply = login.join();
                if (reply.status() == 200) {
                    assertThat(as(reply.json()).get("/api/admin/audit?limit=1").status())
                            .isIn(401, 403);
                } else {
                    assertThat(reply.code()).isEqualTo("INVALID_CREDENTIALS");
                }
            }
        }
    }

    private JsonObject makesPartner(String name) {
        return admin.web()
                .post("/api/admin/partners", new JsonObject().put("name", name))
                .with(201);
    }

    private Web.Reply revokes(JsonObject partner) {
        return admin.web().post("/api/admin/partners/" + partner.getLong("partnerId") + "/revoke", null);
    }

    private Web.Reply changesRole(long userId, String role) {
        return admin.web().put("/api/admin/users/" + userId + "/role", new JsonObject().put("role", role));
    }

    private Web.Reply token(String clientId, String secret) {
        return Web.anybody(service)
                .post(
                        "/api/auth/token",
                        new JsonObject()
                                .put("grantType", "client_credentials")
                                .put("clientId", clientId)
                                .put("clientSecret", secret));
    }

    private Web as(JsonObject tokens) {
        return Web.anybody(service).as(tokens.getString("accessToken"));
    }

    private List<String> actions(JsonObject partner) {
        return audit("target=partner:" + partner.getLong("partnerId")).stream()
                .map(line -> line.getString("action"))
                .toList();
    }

    private List<JsonObject> audit(String query) {
        return admin.web().get("/api/admin/audit?" + query).with(200).getJsonArray("items").stream()
                .map(JsonObject.class::cast)
                .toList();
    }

    /** Whatever is written down about partners. */
    private String stored() {
        return service.books()
                .text(
                        "select string_agg(p::text, ' ') || coalesce((select string_agg(a::text, ' ') from audit_log a), '')"
                                + " from partners p");
    }
}
