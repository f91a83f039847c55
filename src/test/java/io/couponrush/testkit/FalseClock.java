package io.couponrush.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** A wall clock that is wrong for one process, by libfaketime; time that only passes stays right. */
public final class FalseClock {
    public static final Set<String> SETTINGS = Set.of(
            "LD_PRELOAD",
            "FAKETIME",
            "DONT_FAKE_MONOTONIC",
            "FAKETIME_DONT_FAKE_MONOTONIC",
            "FAKETIME_FORCE_MONOTONIC_FIX");

    private FalseClock() {}

    /** What to tell a process; empty where the library is not installed. */
    public static Optional<Map<String, String>> by(Duration offset) {
        return library()
                .map(library -> Map.of(
                        "LD_PRELOAD",
                        library.toString(),
                        "FAKETIME",
                        (offset.isNegative() ? "" : "+") + offset.toSeconds() + "s",
                        "DONT_FAKE_MONOTONIC",
                        "1",
                        "FAKETIME_DONT_FAKE_MONOTONIC",
                        "1",
                        "FAKETIME_FORCE_MONOTONIC_FIX",
                        "0")); // its fix makes every timed wait of a JVM end at once
    }

    private static Optional<Path> library() {
        return Stream.of("x86_64-linux-gnu", "aarch64-linux-gnu")
                .map(machine -> Path.of("/usr/lib", machine, "faketime", "libfaketimeMT.so.1"))
                .filter(Files::exists)
                .findFirst();
    }
}
