package io.couponrush;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;

/** The signing secret of {@code dev}: made once, kept in the data directory so that tokens survive a restart. */
final class KeptSecret {
    private static final int BYTES = 36;

    private KeptSecret() {}

    static String in(Path dataDir) throws IOException {
        Path file = dataDir.resolve("jwt.secret");
        if (Files.exists(file)) {
            String kept = Files.readString(file).strip();
            if (kept.length() >= BYTES) return kept;
        }
        byte[] random = new byte[BYTES];
        new SecureRandom().nextBytes(random);
        String made = Base64.getUrlEncoder().encodeToString(random);
        write(file, made);
        return made;
    }

    /** Whole or not at all, and never readable by others, not even for a moment. */
    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Path draft = file.resolveSibling(file.getFileName() + ".tmp");
        Files.deleteIfExists(draft);
        Files.createFile(draft, ownersOnly());
        Files.writeString(draft, text);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static FileAttribute<?>[] ownersOnly() {
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        if (!posix) return new FileAttribute<?>[0];
        return new FileAttribute<?>[] {
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        };
    }
}
