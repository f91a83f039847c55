package io.couponrush.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/** A file system in memory, of the test's own, which may be filled to the last byte. */
public final class SmallDisk implements AutoCloseable {
    private final Path directory;

    private SmallDisk(Path directory) {
        this.directory = directory;
    }

    /** Empty where this user may not mount anything. */
    public static Optional<SmallDisk> mount(Path directory, int megabytes) {
        String size = "size=" + megabytes + "m,mode=755";
        return run("mount", "-t", "tmpfs", "-o", size, "tmpfs", directory.toString())
                ? Optional.of(new SmallDisk(directory))
                : Optional.empty();
    }

    /** Until nothing more can be written. */
    public void isFilled() {
        try (var out = Files.newOutputStream(filler(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            for (int size : new int[] {1 << 20, 1 << 12, 1}) fill(out, new byte[size]);
        } catch (IOException full) {
            // that is what was wanted
        }
    }

    private static void fill(java.io.OutputStream out, byte[] chunk) {
        try {
            while (true) out.write(chunk);
        } catch (IOException full) {
            // smaller ones may fit
        }
    }

    public void hasRoom() {
        try {
            Files.deleteIfExists(filler());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (!run("umount", "-l", directory.toString())) throw new IllegalStateException("still mounted: " + directory);
    }

    private Path filler() {
        return directory.resolve("filler");
    }

    private static boolean run(String... command) {
        try {
            return new ProcessBuilder(List.of(command))
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException notThere) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
