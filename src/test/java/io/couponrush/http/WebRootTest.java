package io.couponrush.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** The page as it lies on the disk: complete, its own, and without anything inline. */
class WebRootTest {
    private static final Path FOLDER = Path.of("src/main/resources/webroot");
    private static final int BUDGET = 25 * 1024; // with gzip, for phones in a crowd

    @Test
    void servesEachFileOfTheFolder() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> !name.equals("index.html")))
                    .containsExactlyInAnyOrderElementsOf(WebRoot.FILES);
        }
    }

    @Test
    void holdsNothingInlineAndNothingOfOthers() throws IOException {
        String html = Files.readString(FOLDER.resolve("index.html"));
        assertThat(html).doesNotContainPattern("<script(?![^>]*src=)|<style|style=|\\son\\w+=|javascript:");
        for (String name : WebRoot.FILES) {
            String text = Files.readString(FOLDER.resolve(name)).replace("http://www.w3.org/2000/svg", "");
            assertThat(text).as(name).doesNotContainPattern("https?://\\w|innerHTML|eval\\(|setAttribute\\('style'");
        }
    }

    @Test
    void isSmall() throws IOException {
        int bytes = zipped(FOLDER.resolve("index.html"));
        for (String name : WebRoot.FILES) bytes += zipped(FOLDER.resolve(name));
        assertThat(bytes).isLessThanOrEqualTo(BUDGET);
    }

    private static int zipped(Path file) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new GZIPOutputStream(bytes)) {
            Files.copy(file, zip);
        }
        return bytes.size();
    }

    /** What {@code node --test} says of the page's state machine. */
    @Test
    void keepsItsStateMachinesPromises() throws IOException, InterruptedException {
        assumeTrue(hasNode(), "node (18 or later) is not on the PATH: the tests in src/test/js are not run");
        Path said = Path.of("target", "node-tests.txt");
        var process = new ProcessBuilder(List.of("node", "--test", "src/test/js/"))
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(said)).isZero();
    }

    private static boolean hasNode() throws InterruptedException {
        try {
            var process = new ProcessBuilder(
                            "node", "-e", "process.exit(+process.versions.node.split('.')[0] >= 18 ? 0 : 1)")
                    .start();
            return process.waitFor() == 0;
        } catch (IOException missing) {
            return false;
        }
    }
}
