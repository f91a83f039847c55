package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.http.Permission;
import io.couponrush.http.Role;
import io.couponrush.testkit.Described;
import io.couponrush.testkit.Member;
import io.couponrush.testkit.Operation;
import io.couponrush.testkit.Partner;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Staff;
import io.couponrush.testkit.Web;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Every operation of the contract by everybody, with the document's example body and things that exist. What each is answered
 * follows from the document, and from whose the thing is; {@code target/access-matrix.md} shows it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccessMatrixStory {
    /** What the examples come to where it is not what the document promises first: no other issuer, and no second factor. */
    private static final Map<String, Integer> OTHERWISE = Map.of(
            "POST /api/auth/oidc/start", 404,
            "POST /api/auth/oidc/login", 404,
            "POST /api/users/me/identities", 404,
            "POST /api/users/me/totp/confirm", 409,
            "DELETE /api/users/me/totp", 409);

    private static final int TRIES = 10;

    private RunningService service;
    private Staff staff;
    private final Map<Who, Actor> actors = new EnumMap<>(Who.class);
    private long sale;
    private long draw;

    /** Who asks. The thing asked for is the user's, and the campaign was given to the partner. */
    private enum Who {
        ANONYMOUS(null),
        USER(Role.USER),
        OTHER_USER(Role.USER),
        PARTNER(Role.PARTNER),
        OTHER_PARTNER(Role.PARTNER),
        STAFF(Role.STAFF),
        ADMIN(Role.ADMIN);

        private final Role role;

        Who(Role role) {
            this.role = role;
        }
    }

    private record Actor(Web web, Member member) {}

    private record Cell(Who who, int expected, int got) {
        String shown() {
            return got == expected ? Integer.toString(got) : "**" + got + " instead of " + expected + "**";
        }
    }

    @BeforeAll
    void open() {
        service = RunningService.start(Map.of("COUPONRUSH_LIMITS_LOGIN_BURST", "10000"));
        staff = service.staff();
        sale = staff.opens(Sale.of(1_000).perUser(100));
        draw = staff.opens(Sale.of(10).with("mode", "draw"));
        for (Who who : Who.values()) actors.put(who, actor(who));
    }

    @AfterAll
    void close() {
        service.close();
    }

    private Actor actor(Who who) {
        return switch (who) {
            case ANONYMOUS -> new Actor(Web.anybody(service), null);
            case PARTNER -> new Actor(
                    Partner.signsIn(service, staff, "Given").isGiven(sale).web(), null);
            case OTHER_PARTNER -> new Actor(
                    Partner.signsIn(service, staff, "Not given").web(), null);
            case USER, OTHER_USER, STAFF, ADMIN -> person(who.role);
        };
    }

    /** Somebody new with that role. */
    private Actor person(Role role) {
        Member member = Member.signsUp(service, "matrix");
        if (role == Role.USER) return new Actor(member.web(), member);
        staff.web()
                .put("/api/admin/users/" + member.userId() + "/role", new JsonObject().put("role", role.name()))
                .with(200);
        JsonObject tokens = member.signsIn().with(200);
        var again = new Member(service, member.userId(), member.email(), member.password(), tokens);
        return new Actor(again.web(), again);
    }

    @Test
    void everyOperationAnswersEverybodyAsTheContractSays() throws IOException {
        List<Described> operations = Described.all();
        Map<String, List<Cell>> matrix = new LinkedHashMap<>();
        for (Described operation : operations) {
            var row = new ArrayList<Cell>();
            for (Who who : Who.values()) {
                int expected = expected(operation.operation(), who);
                assertThat(operation.statuses()).as(operation + " documents it").contains(expected);
                row.add(new Cell(who, expected, ask(operation, who, expected).status()));
            }
            matrix.put(operation.toString(), row);
        }
        Files.writeString(Path.of("target", "access-matrix.md"), table(matrix));
        assertThat(matrix).hasSizeGreaterThan(55);
        assertThat(matrix).allSatisfy((operation, row) -> assertThat(row)
                .as(operation)
                .allSatisfy(cell -> assertThat(cell.got()).as(cell.who().name()).isEqualTo(cell.expected())));
    }

    private static int expected(Operation operation, Who who) {
        if (operation.permission() != null) {
            var permission = Permission.valueOf(operation.permission());
            if (who.role == null) return 401;
            if (!permission.isGivenTo(who.role)) return 403;
            if (permission == Permission.GRANT_COUPONS && who == Who.OTHER_PARTNER) return 403;
            if (permission == Permission.TAKE_PART && operation.path().contains("{couponCode}")) {
                boolean reads = operation.method().equals("GET") && Permission.READ_STAFF.isGivenTo(who.role);
                if (who != Who.USER && !reads) return 404;
            }
        }
        Integer otherwise = OTHERWISE.get(operation.toString());
        return otherwise != null ? otherwise : operation.success();
    }

    /** Those who are let in find the thing as it has to be for it. */
    private Web.Reply ask(Described described, Who who, int expected) {
        Operation operation = described.operation();
        boolean letIn = expected < 300;
        Actor actor = actors.get(who);
        if (letIn && spends(operation)) actor = person(who.role);
        String path = path(operation, letIn);
        Web web = actor.web();
        if (operation.toString().equals("POST /api/admin/events/{id}/audience")) {
            return insist(() -> web.upload(path, "text/csv", "userId\n" + userId() + "\n"));
        }
        JsonObject body = described.example() == null ? null : body(described, actor);
        return insist(() -> web.send(operation.method(), path, body));
    }

    /** A 503 says nothing of who may do what: the same is to be asked again. */
    private static Web.Reply insist(Supplier<Web.Reply> request) {
        Web.Reply reply = request.get();
        for (int i = 0; i < TRIES && reply.status() == 503; i++) reply = request.get();
        return reply;
    }

    /** What the caller is not the same after. */
    private static boolean spends(Operation operation) {
        return List.of("DELETE /api/users/me", "POST /api/users/me/totp", "POST /api/auth/password")
                .contains(operation.toString());
    }

    private String path(Operation operation, boolean letIn) {
        String path = operation.path();
        if (path.contains("{couponCode}")) return path.replace("{couponCode}", coupon(operation));
        if (path.startsWith("/api/admin/partners/")) {
            long partner = letIn ? Partner.signsIn(service, staff, "Thing").partnerId() : 1;
            return path.replace("{id}", Long.toString(partner)).replace("{eventId}", Long.toString(sale));
        }
        if (path.startsWith("/api/admin/users/")) {
            long user = letIn ? Member.signsUp(service, "thing").userId() : userId();
            return path.replace("{id}", Long.toString(user));
        }
        if (path.endsWith("/entries") || path.endsWith("/draw")) return path.replace("{id}", Long.toString(draw));
        boolean changes = Permission.RUN_CAMPAIGNS.name().equals(operation.permission());
        long event = changes && letIn ? staff.opens(Sale.of(10)) : sale;
        return path.replace("{id}", Long.toString(event)).replace("{userId}", Long.toString(userId()));
    }

    /** One of the user's, used for the example's order where that is to be cancelled. */
    private String coupon(Operation operation) {
        Web owner = actors.get(Who.USER).web();
        String code = insist(() -> owner.post("/api/coupons/issue", new JsonObject().put("eventId", sale)))
                .with(201)
                .getString("couponCode");
        if (operation.path().endsWith("/cancel-use")) {
            var order = new JsonObject().put("orderId", "A-1").put("purchaseAmount", 30_000);
            insist(() -> owner.post("/api/coupons/" + code + "/use", order)).with(200);
        }
        return code;
    }

    private long userId() {
        return actors.get(Who.USER).member().userId();
    }

    /** The example, about those who are there. */
    private JsonObject body(Described described, Actor actor) {
        var body = new JsonObject(described.example().toString());
        String operation = described.operation().toString();
        Member known =
                actor.member() != null ? actor.member() : actors.get(Who.USER).member();
        for (String name : List.copyOf(body.fieldNames())) {
            switch (name) {
                case "eventId" -> body.put(name, sale);
                case "userIds" -> body.put(name, new JsonArray().add(userId()));
                case "count" -> body.put(name, 1);
                case "email" -> body.put(
                        name,
                        operation.endsWith("/register") ? "new" + System.nanoTime() + "@example.com" : known.email());
                case "password" -> {
                    if (!operation.endsWith("/register")) body.put(name, known.password());
                }
                case "refreshToken" -> body.put(name, known.signsIn().with(200).getString(name));
                case "clientId", "clientSecret" -> body.mergeIn(credentials());
                case "startTime" -> body.put(
                        name, Instant.now().plus(Duration.ofHours(1)).toString());
                case "endTime" -> body.put(
                        name, Instant.now().plus(Duration.ofHours(2)).toString());
                default -> {
                    // as it is
                }
            }
        }
        return body;
    }

    private JsonObject credentials() {
        JsonObject made = staff.web()
                .post("/api/admin/partners", new JsonObject().put("name", "Signs in"))
                .with(201);
        return new JsonObject()
                .put("clientId", made.getString("clientId"))
                .put("clientSecret", made.getString("clientSecret"));
    }

    private static String table(Map<String, List<Cell>> matrix) {
        String head = Stream.of(Who.values())
                .map(who -> who.name().toLowerCase(Locale.ROOT).replace('_', ' '))
                .collect(Collectors.joining(" | ", "| operation | ", " |\n"));
        String rule = "| --- ".repeat(Who.values().length + 1) + "|\n";
        return matrix.entrySet().stream()
                .map(row -> row.getValue().stream()
                        .map(Cell::shown)
                        .collect(Collectors.joining(" | ", "| `" + row.getKey() + "` | ", " |\n")))
                .collect(Collectors.joining("", head + rule, ""));
    }
}
