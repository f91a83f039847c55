package io.couponrush.backing.embedded;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a program to its end and hands back what it printed. */
final class Command {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** {@code exitCode} is -1 where the program could not be started at all. */
    record Result(int exitCode, String output) {
        boolean ok() {
            return exitCode == 0;
        }

        String told() {
            return "exit code " + exitCode + ", " + output.lines().collect(joining(" | "));
        }
    }

    private Command() {}

    static Result run(List<String> command) {
        return run(command, "");
    }

    static Result run(List<String> command, String input) {
        try {
            var process = builder(command).redirectErrorStream(true).start();
            try (var stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // It ended without reading; its exit code and output say why.
            }
            var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) return new Result(process.exitValue(), output);
            process.destroyForcibly();
            return new Result(-1, output + " (no end after " + LIMIT + ")");
        } catch (IOException e) {
            return new Result(-1, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Result(-1, "interrupted");
        }
    }

    /** Neither the caller's locale nor its own Postgres variables may reach a server of ours. */
    static ProcessBuilder builder(List<String> command) {
        var builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        builder.environment().put("LC_ALL", "C");
        return builder;
    }

    static List<String> concat(List<Collection<String>> parts) {
        var command = new ArrayList<String>();
        parts.forEach(command::addAll);
        return command;
    }
}
