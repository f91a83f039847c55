package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.stories.HostileInputs.Kind;
import io.couponrush.testkit.Described;
import io.couponrush.testkit.HostileFrames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The table in docs/security.md of what is tried counts what is tried. */
class HostileInputsTest {
    private static final String TOKEN =
            "e30." + Base64.getUrlEncoder().encodeToString("{\"userId\":1}".getBytes(StandardCharsets.UTF_8)) + ".x";

    private static final Map<Kind, String> REQUESTS = Map.of(
            Kind.JSON, "JSON bodies of a claim",
            Kind.TOKENS, "tokens, at two doors",
            Kind.HEADERS, "headers",
            Kind.FRAMING, "framing of requests",
            Kind.PATHS, "methods and paths",
            Kind.QUERIES, "queries",
            Kind.ACCOUNTS, "registering and signing in",
            Kind.IDENTITIES, "second factors, passwords, other issuers, partners",
            Kind.STAFF, "campaigns, guests, grants",
            Kind.USES, "using coupons");

    @Test
    void theTableOfWhatIsTriedIsTrue() throws IOException {
        List<String> rows = new ArrayList<>();
        int total = 0;
        for (var counted : new HostileInputs(7, TOKEN, TOKEN, "h8Vq3nXw6RzLk1TyPc5MbGd9JsFa2Ue7", "http://127.0.0.1:1")
                .counts()
                .entrySet()) {
            total += add(rows, REQUESTS.get(counted.getKey()), counted.getValue(), "HostileInputStory");
        }
        int addresses = HostileFrames.addresses(7, 8).size()
                + HostileFrames.tokens("eight").size();
        total += add(rows, "addresses of others on a socket", addresses, "HostileFramesStory");
        total += add(rows, "SockJS frames", HostileFrames.frames().size(), "HostileFramesStory");
        total += add(rows, "AMQP bodies of notices", HostileFrames.notices().size(), "HostileFramesStory");
        total += add(rows, "AMQP requests for a grant", FirstTradeStory.NONSENSE, "FirstTradeStory");
        int operations = Described.all().size();
        int fuzzed = operations * FuzzStory.REQUESTS;
        total += add(
                rows,
                "fuzz from the contract: " + FuzzStory.REQUESTS + " for each of " + operations + " operations",
                fuzzed,
                "FuzzStory");
        rows.add("| together | " + total + " | |");
        assertThat(total - fuzzed).as("inputs that somebody thought of").isGreaterThan(200);
        assertThat(Files.readString(Path.of("docs", "security.md"))).contains(String.join("\n", rows));
    }

    private static int add(List<String> rows, String what, int count, String test) {
        rows.add("| " + what + " | " + count + " | `" + test + "` |");
        return count;
    }
}
