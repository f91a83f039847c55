package io.couponrush.bench;

import io.couponrush.bench.Rehearsal.Shown;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** After a run: does everything that was counted anywhere agree? */
final class Verify {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int SHOWN = 50;

    private Path result = Path.of("");
    private @Nullable Path answers;
    private Path data = Path.of(".couponrush");
    private Duration patience = PATIENCE;

    private Verify() {}

    /** See scripts/loadtest/verify. */
    public static void main(String[] args) {
        System.exit(run(List.of(args), System.getenv(), System.out));
    }

    /** 0 when everything agrees, 1 when something differs, 2 when nothing could be compared. */
    static int run(List<String> args, Map<String, String> env, PrintStream out) {
        try {
            return new Verify().told(args).compare(env, out);
        } catch (IOException | IllegalArgumentException | ClassCastException | NullPointerException e) {
            out.println("verify: nothing could be compared: " + e);
            return 2;
        }
    }

    private Verify told(List<String> args) {
        for (Iterator<String> each = args.iterator(); each.hasNext(); ) {
            String arg = each.next();
            if (!arg.startsWith("--")) {
                result = Path.of(arg);
                continue;
            }
            if (!each.hasNext()) throw new IllegalArgumentException(arg + " needs a value");
            switch (arg) {
                case "--answers" -> answers = Path.of(each.next());
                case "--data" -> data = Path.of(each.next());
                case "--patience" -> patience = Duration.ofSeconds(Long.parseLong(each.next()));
                default -> throw new IllegalArgumentException("what is " + arg + "?");
            }
        }
        return this;
    }

    private int compare(Map<String, String> env, PrintStream out) throws IOException {
        var run = Rehearsal.of(new JsonObject(Files.readString(result)));
        @Nullable Set<Shown> shown = answers == null ? null : Rehearsal.shown(answers);
        var places = Places.of(env, data);
        var broker = Broker.at(places.rabbitmqUri(), run.service());
        var counters = new Counters(places.redisUri());
        List<String> found = new Differences(places.books(), counters, broker, patience).of(run, shown);
        for (var sale : run.sales()) {
            out.printf(
                    "%s: event %d, %d claims won, %d open, answers %s%n",
                    sale.name(), sale.eventId(), sale.won(), sale.open(), sale.answers());
        }
        found.stream().limit(SHOWN).forEach(difference -> out.println("DIFFERS  " + difference));
        if (found.size() > SHOWN) out.println("and " + (found.size() - SHOWN) + " more");
        out.println(
                found.isEmpty()
                        ? "rows, answers, Redis, outbox, notices and queues agree"
                        : found.size() + " differences");
        return found.isEmpty() ? 0 : 1;
    }
}
