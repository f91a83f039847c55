package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.http.Permission;
import io.couponrush.http.Role;
import io.couponrush.testkit.Member;
import io.couponrush.testkit.Operation;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Web;
import io.vertx.core.json.JsonObject;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Every door of the contract, tried with every role. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RolesStory {
    private static final List<Operation> OPERATIONS = Operation.all();

    private final Map<Role, Web> people = new EnumMap<>(Role.class);
    private RunningService service;

    @BeforeAll
    void open() {
        service = RunningService.start();
        for (Role role : Role.values()) people.put(role, signsIn(role));
    }

    @AfterAll
    void close() {
        service.close();
    }

    @Test
    void whatIsNotForEverybodySaysWhomItIsFor() {
        assertThat(OPERATIONS).hasSizeGreaterThan(30).allSatisfy(operation -> assertThat(operation.permission() == null)
                .as(operation.toString())
                .isEqualTo(operation.open()));
    }

    /** Each operation on a coupon, and each list of what is one's own, asked by somebody else who may do the same. */
    @Test
    void whatIsAnotherUsersDoesNotExist() {
        long sale = service.staff().opens(Sale.of(1));
        var owner = service.callers(1);
        String code = owner.allClaim(sale).issued().get(0).couponCode();
        Web other = people.get(Role.USER);
        List<Operation> ofCoupons = OPERATIONS.stream()
                .filter(operation -> operation.path().contains("{couponCode}"))
                .filter(operation -> Permission.TAKE_PART.name().equals(operation.permission()))
                .toList();
        assertThat(ofCoupons).hasSize(3);
        for (Operation operation : ofCoupons) {
            Web.Reply reply = other.send(
                    operation.method(), operation.path().replace("{couponCode}", code), bodies().get(operation.path()));
            assertThat(reply.status()).as(operation.toString()).isEqualTo(404);
            assertThat(reply.code()).isEqualTo("COUPON_NOT_FOUND");
        }
        assertThat(other.get("/api/coupons/my").text()).doesNotContain(code);
        assertThat(other.get("/api/notifications").text()).doesNotContain(code);
        assertThat(other.get("/api/users/me/export").text()).doesNotContain(code);
        assertThat(service.books()
                        .count("select count(*) from user_coupons where status = 'active' and coupon_code = '" + code
                                + "'"))
                .isEqualTo(1);
    }

    private static Map<String, JsonObject> bodies() {
        var order = new JsonObject().put("orderId", "A-1");
        return Map.of(
                "/api/coupons/{couponCode}/use",
                order.copy().put("purchaseAmount", 30_000),
                "/api/coupons/{couponCode}/cancel-use",
                order);
    }

    @Test
    void staffRunsASaleAndSeesNoEmails() {
        Web staff = people.get(Role.STAFF);
        long sale = staff.post("/api/admin/events", Sale.of(10).perUser(2).json())
                .with(201)
                .getLong("eventId");
        var callers = service.callers(1);
        callers.allClaimWithKeys(sale, 2);
        staff.post("/api/admin/events/" + sale + "/pause", null).with(200);

        assertThat(topEmail(staff, sale)).isEqualTo("l***@loadtest.invalid");
        assertThat(topEmail(people.get(Role.ADMIN), sale)).startsWith("load-").endsWith("@loadtest.invalid");
        assertThat(topEmail(staff, sale)).as("what an admin has seen").isEqualTo("l***@loadtest.invalid");
        assertThat(staff.get("/api/admin/audit").code()).isEqualTo("FORBIDDEN");
        assertThat(audit("action=event.pause&target=event:" + sale))
                .extracting(line -> line.getString("role"))
                .containsExactly("STAFF");
    }

    @Test
    void aPartnerTakesNoPart() {
        Web partner = people.get(Role.PARTNER);
        long sale = service.staff().opens(Sale.of(10));
        assertThat(partner.post("/api/coupons/issue", new JsonObject().put("eventId", sale))
                        .code())
                .isEqualTo("FORBIDDEN");
        assertThat(service.books().of(sale).rows()).isEmpty();
        assertThat(partner.post("/api/admin/events/" + sale + "/pause", null).code())
                .isEqualTo("FORBIDDEN");
        await("the line is written beside the answer").untilAsserted(() -> assertThat(audit("action=access.refused"))
                .extracting(line -> line.getString("role"))
                .contains("PARTNER"));
    }

    private static String topEmail(Web reader, long sale) {
        return reader.get("/api/admin/events/" + sale + "/stats")
                .with(200)
                .getJsonArray("topUsers")
                .getJsonObject(0)
                .getString("email");
    }

    private List<JsonObject> audit(String query) {
        return people.get(Role.ADMIN).get("/api/admin/audit?" + query).with(200).getJsonArray("items").stream()
                .map(JsonObject.class::cast)
                .toList();
    }

    private Web signsIn(Role role) {
        Web admin = service.staff().web();
        if (role == Role.PARTNER) {
            var partner = admin.post("/api/admin/partners", new JsonObject().put("name", "Running Club"))
                    .with(201);
            return withToken(Web.anybody(service)
                    .post(
                            "/api/auth/token",
                            new JsonObject()
                                    .put("grantType", "client_credentials")
                                    .put("clientId", partner.getString("clientId"))
                                    .put("clientSecret", partner.getString("clientSecret"))));
        }
        Member member = Member.signsUp(service, "role-" + role.name().toLowerCase(Locale.ROOT));
        admin.put("/api/admin/users/" + member.userId() + "/role", new JsonObject().put("role", role.name()))
                .with(200);
        return withToken(member.signsIn());
    }

    private Web withToken(Web.Reply tokens) {
        return Web.anybody(service).as(tokens.with(200).getString("accessToken"));
    }
}
