package io.couponrush.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;

/** What {@link Process} cannot send itself. */
enum Signal {
    STOP,
    CONT;

    void to(Process process) {
        try {
            int code = new ProcessBuilder("kill", "-" + name(), Long.toString(process.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            if (code != 0) throw new IllegalStateException("kill -" + name() + ": " + code);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
