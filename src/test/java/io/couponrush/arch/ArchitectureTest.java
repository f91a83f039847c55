package io.couponrush.arch;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CheckReturnValue;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaFieldAccess.AccessType;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import io.vertx.core.Future;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The rules of {@code docs/architecture.md}, "Packages and arrows". */
class ArchitectureTest {
    /** What a package may know of ours. A new package, and a new arrow, is a decision: a line here and in the document. */
    private static final Map<String, Set<String>> MAY_KNOW = Map.ofEntries(
            entry("bus", Set.of()),
            entry("config", Set.of()),
            entry("timing", Set.of()),
            entry("backing.embedded", Set.of()),
            entry("backing", Set.of("timing", "config")),
            entry("tracing", Set.of("config")),
            entry("http", Set.of("tracing", "config")),
            entry("ops", Set.of("http", "bus")),
            entry("audit", Set.of("http")),
            entry("account", Set.of("audit", "http", "bus", "config")),
            entry("campaign", Set.of("audit", "http", "bus", "backing", "timing")),
            entry("audience", Set.of("campaign", "audit", "http")),
            entry("staff", Set.of("campaign", "audit", "http", "bus")),
            entry("issuance", Set.of("campaign", "http", "ops", "bus", "backing", "timing", "tracing", "config")),
            entry("interest", Set.of("campaign", "http", "timing")),
            entry("draw", Set.of("issuance", "campaign", "http", "ops", "bus", "timing")),
            entry("grant", Set.of("issuance", "campaign", "audit", "http", "ops", "bus", "backing", "timing")),
            entry("redemption", Set.of("campaign", "audit", "http", "ops", "bus", "timing", "config")),
            entry("notification", Set.of("campaign", "http", "ops", "bus", "backing", "timing", "tracing", "config")));

    @Test
    void packagesKnowOnlyWhatTheyMay() {
        for (var line : MAY_KNOW.entrySet()) {
            Set<String> known = new TreeSet<>(line.getValue());
            known.add(line.getKey());
            noClasses()
                    .that(resideIn(line.getKey()))
                    .should()
                    .dependOnClassesThat(resideInAPackage(Code.ROOT + "..").and(not(resideIn(known))))
                    .because("%s may know %s".formatted(line.getKey(), line.getValue()))
                    .check(Code.MAIN);
        }
    }

    @Test
    void everyPackageHasItsLine() {
        Set<String> packages = new TreeSet<>();
        Code.MAIN.forEach(type -> packages.add(nameOf(type)));
        packages.remove(""); // the root knows everything
        assertThat(packages).isEqualTo(new TreeSet<>(MAY_KNOW.keySet()));
    }

    @Test
    void theDocumentShowsTheSameArrows() throws IOException {
        var rows = Pattern.compile("(?m)^\\| `([a-z.]+)` \\| [^|]+ \\| (nothing of ours|[`a-z., ]+) \\|$")
                .matcher(Files.readString(Path.of("docs", "architecture.md")));
        Map<String, Set<String>> shown = new TreeMap<>();
        while (rows.find()) {
            String known = rows.group(2);
            shown.put(
                    rows.group(1),
                    known.startsWith("`") ? Set.of(known.replace("`", "").split(", ")) : Set.of());
        }
        assertThat(shown).isEqualTo(new TreeMap<>(MAY_KNOW));
    }

    @Test
    void packagesGoInNoCircle() {
        slices().matching(Code.ROOT + ".(*)..").should().beFreeOfCycles().check(Code.MAIN);
    }

    @Test
    void onlyStoresSpeakSql() {
        noClasses()
                .that(not(resideIn("backing")))
                .and(not(named("Store")))
                .and(not(anyOf(
                        "Server",
                        "Reads",
                        "Rewards",
                        "StaffReading",
                        "HeldData",
                        "IssuanceVerticle",
                        "OutboxRelay"))) // they make the pools and hand them to the stores
                .should()
                .dependOnClassesThat(resideInAnyPackage("io.vertx.sqlclient..", "io.vertx.pgclient..", "java.sql.."))
                .check(Code.MAIN);
    }

    @Test
    void onlyTheLedgerSpeaksToRedis() {
        noClasses()
                .that(not(resideIn("backing")))
                .and(not(anyOf("StockLedger", "CampaignCache")))
                .should()
                .dependOnClassesThat(resideInAPackage("io.vertx.redis.."))
                .check(Code.MAIN);
    }

    @Test
    void onlyTracingKnowsWhatRecordsSpans() {
        noClasses()
                .that(not(resideIn("tracing")))
                .should()
                .dependOnClassesThat(resideInAPackage("io.opentelemetry.."))
                .check(Code.MAIN);
    }

    @Test
    void onlyBackingSpeaksAmqp() {
        noClasses()
                .that(not(resideIn(Set.of("backing", "backing.embedded", "notification"))))
                .and(not(anyOf("BrokerChannel"))) // the relay's end of the line
                .should()
                .dependOnClassesThat(resideInAnyPackage("com.rabbitmq..", "io.vertx.rabbitmq..", "org.apache.qpid.."))
                .check(Code.MAIN);
    }

    @Test
    void timeIsPassedIn() {
        assertThat(callers(Instant.class, "now")).isEmpty();
        assertThat(callers(System.class, "currentTimeMillis")).isEmpty();
        assertThat(callers(Clock.class, "systemUTC", "systemDefaultZone", "system"))
                .isEmpty();
        assertThat(callers(InstantSource.class, "system")).containsOnly("Server", "Demo", "DoctorCommand");
    }

    /** What can be foreseen is for pauses, trace ids and names that open nothing. */
    @Test
    void whatMustNotBeGuessedIsNotMadeOfWhatCanBeForeseen() {
        assertThat(callers(ThreadLocalRandom.class, "current"))
                .containsOnly(
                        "BridgeSocket",
                        "GrantInbox",
                        "IdempotencyKey",
                        "Inbox",
                        "RabbitConsumers",
                        "RedisLink",
                        "Rounds",
                        "Sampling",
                        "SockJsBridge",
                        "TraceParent",
                        "VertxTimers");
        assertThat(callers(Math.class, "random")).isEmpty();
        assertThat(callers(Random.class, "<init>")).isEmpty();
        assertThat(callers(SplittableRandom.class, "<init>")).isEmpty();
        assertThat(callers(SecureRandom.class, "<init>"))
                .containsOnly("CampaignStore", "CouponCodes", "DataDir", "KeptSecret", "Unguessable");
    }

    @Test
    void nobodyWaitsWhereOthersWork() {
        assertThat(callers(Thread.class, "sleep")).isEmpty();
        assertThat(callers(CompletableFuture.class, "get", "join")).containsOnly("DevCommand"); // on its own thread
        assertThat(callers(Future.class, "await"))
                .containsOnly("DevCommand", "ServeCommand", "Lifecycle", "Probes"); // on the main thread
    }

    @Test
    void theEnvironmentIsReadOnce() {
        assertThat(callers(System.class, "getenv")).containsExactly("Main");
    }

    /** A verticle and a route hold collaborators; a request travels in parameters. */
    @Test
    void verticlesAndRoutesHoldNoRequest() {
        Set<String> changed = new TreeSet<>();
        Code.MAIN.stream()
                .filter(named("Verticle").or(named("Routes")))
                .flatMap(type -> type.getFields().stream())
                .filter(field -> !field.getModifiers().contains(JavaModifier.FINAL))
                .filter(ArchitectureTest::isSetOutsideStartAndStop)
                .forEach(field -> changed.add(field.getFullName()));
        assertThat(changed).isEmpty();
    }

    @Test
    void everyPackageSaysThatNothingIsNullAndNoResultIsDropped() {
        Set<String> silent = new TreeSet<>();
        Code.MAIN.stream().map(JavaClass::getPackage).distinct().forEach(of -> {
            if (!says(of)) silent.add(of.getName());
        });
        assertThat(silent).isEmpty();
    }

    private static boolean says(JavaPackage of) {
        return of.isAnnotatedWith(NullMarked.class) && of.isAnnotatedWith(CheckReturnValue.class);
    }

    private static boolean isSetOutsideStartAndStop(JavaField field) {
        return field.getAccessesToSelf().stream()
                .filter(access -> access.getAccessType() == AccessType.SET)
                .anyMatch(access ->
                        !Set.of("start", "stop").contains(access.getOrigin().getName()));
    }

    /** Who calls that, by name, or hands it on as a method reference. */
    private static Stream<JavaAccess<?>> accesses(Class<?> owner, Set<String> names) {
        return Code.MAIN.stream()
                .flatMap(type -> type.getAccessesFromSelf().stream())
                .filter(access -> names.contains(access.getName())
                        && access.getTargetOwner().isEquivalentTo(owner));
    }

    private static Set<String> callers(Class<?> owner, String... names) {
        Set<String> callers = new TreeSet<>();
        accesses(owner, Set.of(names)).forEach(access -> callers.add(topLevel(access.getOriginOwner())));
        return callers;
    }

    private static String topLevel(JavaClass type) {
        JavaClass top = type;
        while (top.getEnclosingClass().isPresent())
            top = top.getEnclosingClass().get();
        return top.getSimpleName();
    }

    private static String nameOf(JavaClass type) {
        String name = type.getPackageName();
        return name.equals(Code.ROOT) ? "" : name.substring(Code.ROOT.length() + 1);
    }

    private static DescribedPredicate<JavaClass> resideIn(String name) {
        return resideIn(Set.of(name));
    }

    private static DescribedPredicate<JavaClass> resideIn(Set<String> names) {
        return predicate(
                "of " + names, type -> type.getPackageName().startsWith(Code.ROOT) && names.contains(nameOf(type)));
    }

    private static DescribedPredicate<JavaClass> named(String ending) {
        return predicate("of a class named …" + ending, type -> topLevel(type).endsWith(ending));
    }

    private static DescribedPredicate<JavaClass> anyOf(String... names) {
        return predicate("any of " + Set.of(names), type -> Set.of(names).contains(topLevel(type)));
    }

    private static DescribedPredicate<JavaClass> predicate(String description, Predicate<JavaClass> holds) {
        return DescribedPredicate.describe(description, holds);
    }
}
