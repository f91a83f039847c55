package io.couponrush.arch;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.testkit.Watching;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Who is woken up finds a page that says what to do. */
class AlarmsTest {
    private static final Path RUNBOOKS = Path.of("docs", "runbooks");

    @Test
    void everyAlarmSaysHowUrgentItIsInTwoLanguagesAndWhatToDo() {
        assertThat(Watching.alarms()).hasSizeGreaterThan(20).allSatisfy(alarm -> {
            assertThat(alarm.severity()).isIn("page", "ticket");
            assertThat(alarm.summary()).isNotBlank();
            assertThat(alarm.korean()).matches(".*[가-힣].*");
            assertThat(Path.of(alarm.runbook())).isNotEmptyFile().hasParent(RUNBOOKS);
            assertThat(Path.of(alarm.runbook())).content().contains("**Alarm:**", "**What to do.**");
        });
    }

    @Test
    void theListOfRunbooksIsTheListOfAlarms() throws IOException {
        Set<String> listed = Pattern.compile("(?m)^\\| `(\\w+)` \\|.*\\(([\\w-]+\\.md)\\) \\|$")
                .matcher(Files.readString(RUNBOOKS.resolve("README.md")))
                .results()
                .map(row -> row.group(1) + " " + row.group(2))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(listed)
                .isEqualTo(Watching.alarms().stream()
                        .map(alarm ->
                                alarm.name() + " " + Path.of(alarm.runbook()).getFileName())
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    @Test
    void everyAlarmIsTriedAndSoIsEachOfItsReasons() {
        var trials = Watching.trials();
        assertThat(Watching.alarms()).allSatisfy(alarm -> {
            String asked = "alertname=\"" + alarm.name() + "\",alertstate=\"firing\"";
            assertThat(trials.stream()
                            .filter(trial -> trial.rings() && trial.asked().contains(asked)))
                    .as(alarm.name())
                    .hasSizeGreaterThanOrEqualTo(alarm.expression().split(" or ", -1).length);
        });
    }

    @Test
    void aServiceThatIsWellHasAllThatAlarmsLookAt() {
        var well = Watching.trials().get(0);
        assertThat(well.rings()).isFalse();
        var there = well.series().stream()
                .map(series -> series.replaceFirst("\\{.*", ""))
                .toList();
        assertThat(Watching.ruleMetrics()).isNotEmpty().isSubsetOf(there);
    }

    @Test
    void everyRunbookHasAnAlarm() throws IOException {
        try (var pages = Files.list(RUNBOOKS)) {
            assertThat(pages.map(page -> page.toString()).filter(page -> !page.endsWith("README.md")))
                    .containsExactlyInAnyOrderElementsOf(Watching.alarms().stream()
                            .map(Watching.Alarm::runbook)
                            .collect(Collectors.toSet()));
        }
    }
}
