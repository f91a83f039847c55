package io.couponrush.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RecordCodecTest {
    private static final UUID ID = UUID.fromString("2f1c3a52-7d0e-4b8e-9d6e-1f0c9b7a5e21");
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00.123456Z");

    private static final Set<String> INSIDE_OTHERS = Stream.of(
                    Notice.class,
                    IssueCommand.class,
                    IssueAnswer.class,
                    IssueOutcome.Issued.class,
                    IssueOutcome.Refused.class,
                    IssueOutcome.Deferred.class)
            .map(Class::getName)
            .collect(Collectors.toUnmodifiableSet());

    /** One of each type that crosses the bus, with its text on the wire: what nodes of two versions must agree on. */
    static Stream<Arguments> messages() {
        return Stream.of(
                arguments(
                        new IssueCommands("a", 5, List.of(new IssueCommand(1, 9_007_199_254_740_993L, ID, true))),
                        "{\"answerTo\":\"a\",\"first\":5,\"commands\":[{\"eventId\":1,\"userId\":9007199254740993,"
                                + "\"rid\":\"" + ID + "\",\"keyed\":true}]}"),
                answer(
                        new IssueOutcome.Issued(7, "WELCOME-A1B2C3D4E5F", NOON, NOON, true),
                        "{\"is\":\"issued\",\"couponId\":7,\"couponCode\":\"WELCOME-A1B2C3D4E5F\","
                                + "\"issuedAt\":\"2026-01-01T12:00:00.123456Z\","
                                + "\"expiresAt\":\"2026-01-01T12:00:00.123456Z\",\"replayed\":true}"),
                answer(
                        new IssueOutcome.Refused(Refusal.USER_LIMIT_EXCEEDED, List.of("CR-1", "CR-2")),
                        "{\"is\":\"refused\",\"why\":\"USER_LIMIT_EXCEEDED\",\"couponCodes\":[\"CR-1\",\"CR-2\"]}"),
                answer(
                        new IssueOutcome.Deferred(true, 1),
                        "{\"is\":\"deferred\",\"overloaded\":true,\"retryAfterSeconds\":1}"),
                arguments(new CampaignChanged(3, 2), "{\"eventId\":3,\"version\":2}"),
                arguments(new StockTurned(3, 5), "{\"eventId\":3,\"generation\":5}"),
                arguments(
                        new Notices(List.of(new Notice(Notice.toUser(9), "{\"id\":1}")), ID, 4),
                        "{\"notices\":[{\"address\":\"coupon.users.9\",\"body\":\"{\\\"id\\\":1}\"}]," + "\"teller\":\""
                                + ID + "\",\"number\":4}"),
                arguments(new SessionEnded(ID), "{\"sessionId\":\"" + ID + "\"}"));
    }

    private static Arguments answer(IssueOutcome outcome, String json) {
        return arguments(
                new IssueAnswers(List.of(new IssueAnswer(6, outcome))),
                "{\"answers\":[{\"number\":6,\"outcome\":" + json + "}]}");
    }

    @ParameterizedTest
    @MethodSource("messages")
    void carriesEachTypeAsJson(Record message, String json) {
        Buffer wire = Buffer.buffer("ahead");
        codec(message).encodeToWire(wire, message);
        assertThat(wire.getString(5 + Integer.BYTES, wire.length())).isEqualTo(json);
        assertThat(codec(message).decodeFromWire(5, wire)).isEqualTo(message);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void ignoresWhatALaterVersionAdds(Record message, String json) {
        String later = json.replaceFirst("\\{", "{\"since\":\"0.2.0\",");
        Buffer wire = Buffer.buffer().appendInt(later.length()).appendString(later);
        assertThat(codec(message).decodeFromWire(0, wire)).isEqualTo(message);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void passesTheSameReferenceInsideANode(Record message, String json) {
        assertThat(codec(message).transform(message)).isSameAs(message);
    }

    @Test
    void everyRecordOfThePackageIsListedAndTried() {
        Stream<String> records = new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages(Codecs.class.getPackageName())
                        .stream()
                        .filter(JavaClass::isRecord)
                        .map(JavaClass::getName)
                        .filter(name -> !INSIDE_OTHERS.contains(name));
        List<String> listed = Codecs.TYPES.stream().map(Class::getName).toList();
        assertThat(records).containsExactlyInAnyOrderElementsOf(listed);
        assertThat(messages().map(tried -> tried.get()[0].getClass().getName()).distinct())
                .containsExactlyInAnyOrderElementsOf(listed);
    }

    @SuppressWarnings("unchecked") // a message is of its own class
    private static RecordCodec<Record> codec(Record message) {
        return new RecordCodec<>((Class<Record>) message.getClass());
    }
}
