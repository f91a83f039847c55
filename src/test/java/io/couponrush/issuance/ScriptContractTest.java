package io.couponrush.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.backing.LuaScript;
import io.couponrush.issuance.Ledger.Verb;
import io.couponrush.issuance.Reservation.Denied;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the heads of the scripts say is what the code believes. */
class ScriptContractTest {
    private static final Pattern VERB = Pattern.compile("(?m)^ {4}([A-Z])  \\w");

    @Test
    void reserveAnswersWhatTheLedgerKnows() {
        Map<Integer, Denied> told = new TreeMap<>();
        Pattern.compile("(?m)^ +(-\\d) +([A-Z_]+):")
                .matcher(head("reserve"))
                .results()
                .forEach(m -> told.put(Integer.valueOf(m.group(1)), Denied.valueOf(m.group(2))));

        assertThat(told).isEqualTo(StockLedger.DENIED).containsValues(Denied.values());
    }

    @Test
    void settleKnowsTheVerbsOfTheLedger() {
        var told = VERB.matcher(head("settle")).results().map(m -> m.group(1)).collect(Collectors.toSet());
        var sent = Stream.concat(Arrays.stream(Verb.values()).map(Verb::name), Stream.of("O"))
                .collect(Collectors.toSet());

        assertThat(told).isEqualTo(sent);
    }

    @ParameterizedTest
    @ValueSource(strings = {"reserve", "settle", "load", "load_counts", "expired"})
    void argumentsAreToldInTheirOrder(String script) {
        var told = Pattern.compile("(?m)^ +ARGV\\[(\\d)]")
                .matcher(head(script))
                .results()
                .map(m -> Integer.valueOf(m.group(1)))
                .toList();

        assertThat(told).isNotEmpty().isEqualTo(told.stream().sorted().toList()).startsWith(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"reserve", "settle", "load", "load_counts", "expired"})
    void scriptsStayShort(String script) {
        String body = text(script).substring(head(script).length());

        assertThat(body.lines().filter(line -> !line.isBlank()).count()).isLessThanOrEqualTo(60);
    }

    private static String head(String script) {
        String text = text(script);
        return text.substring(0, text.indexOf("]]"));
    }

    private static String text(String script) {
        return LuaScript.load(script).text();
    }
}
