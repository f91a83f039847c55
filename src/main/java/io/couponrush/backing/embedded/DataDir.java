package io.couponrush.backing.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** One data directory, held by one JVM at a time; owns its lock and its passwords. */
final class DataDir {
    /**
     * Directories this JVM holds. Asked before the lock file is touched: closing any second channel on that file
     * would drop the JVM's own lock, such is POSIX.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE_FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path root;
    private final FileLock lock;

    private DataDir(Path root, FileLock lock) {
        this.root = root;
        this.lock = lock;
    }

    static DataDir open(Path path) {
        try {
            Files.createDirectories(path.toAbsolutePath().normalize(), PRIVATE_DIRECTORY);
            var root = path.toRealPath();
            if (!HELD.add(root)) throw heldBy(root, "by this very process");
            try {
                return new DataDir(root, lock(root));
            } catch (IOException | RuntimeException e) {
                HELD.remove(root);
                throw e;
            }
        } catch (IOException e) {
            throw new EmbeddedStackException(
                    "the data directory " + path.toAbsolutePath().normalize() + " cannot be used: " + e, e);
        }
    }

    private static FileLock lock(Path root) throws IOException {
        var channel = FileChannel.open(
                root.resolve("lock"), Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), PRIVATE_FILE);
        var lock = channel.tryLock();
        var owner = root.resolve("lock.pid");
        if (lock == null) {
            channel.close();
            throw heldBy(root, "by the process with pid " + read(owner, "unknown"));
        }
        Files.writeString(owner, Long.toString(ProcessHandle.current().pid()));
        return lock;
    }

    private static EmbeddedStackException heldBy(Path root, String whom) {
        return new EmbeddedStackException("the data directory " + root + " is in use " + whom
                + ": stop that one, or name another data directory");
    }

    /** A directory of ours inside, for this user's eyes only. */
    Path directory(String name) throws IOException {
        return Files.createDirectories(root.resolve(name), PRIVATE_DIRECTORY);
    }

    /** A password made once and kept; safe inside a URI. */
    String secret(String name) throws IOException {
        var file = directory("secrets").resolve(name);
        var known = read(file, "");
        if (!known.isEmpty()) return known;
        var bytes = new byte[24];
        new SecureRandom().nextBytes(bytes);
        var secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        writePrivate(file, secret);
        return secret;
    }

    /** Whole or not at all, and never readable by others, not even for a moment. */
    static void writePrivate(Path file, String text) throws IOException {
        var draft = file.resolveSibling(file.getFileName() + ".tmp");
        Files.deleteIfExists(draft);
        Files.createFile(draft, PRIVATE_FILE);
        Files.writeString(draft, text);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }

    static String read(Path file, String ifMissing) throws IOException {
        try {
            return Files.readString(file).strip();
        } catch (NoSuchFileException e) {
            return ifMissing;
        }
    }

    static void deleteTree(Path tree) throws IOException {
        if (!Files.exists(tree)) return;
        try (var paths = Files.walk(tree)) {
            for (var path : paths.sorted((a, b) -> b.compareTo(a)).toList()) Files.delete(path);
        }
    }

    void release() {
        try {
            lock.acquiredBy().close();
        } catch (IOException e) {
            throw new EmbeddedStackException("the lock of " + root + " could not be released", e);
        } finally {
            HELD.remove(root);
        }
    }
}
