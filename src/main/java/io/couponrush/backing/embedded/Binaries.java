package io.couponrush.backing.embedded;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/** Unpacks the binaries that jars carry, each whole or not at all; owns the directory it unpacks into. */
final class Binaries {
    private static final int EXECUTABLE = 0100;

    private final Path directory;

    Binaries(Path directory) {
        this.directory = directory;
    }

    /** The directory with {@code bin/postgres} and {@code bin/initdb}. */
    Path postgres(String archive) throws IOException {
        return unpacked("postgres", archive, Binaries::untar);
    }

    /** The executable itself. */
    Path redis(String server) throws IOException {
        return unpacked("redis", server, Binaries::copyExecutable).resolve("redis-server");
    }

    private interface Unpack {
        void into(Path target, InputStream resource) throws IOException;
    }

    private Path unpacked(String kind, String resource, Unpack unpack) throws IOException {
        var url = Binaries.class.getResource("/" + resource);
        if (url == null) throw new EmbeddedStackException(resource + " is not on the class path");
        var target = directory.resolve(kind + "-" + fingerprint(url));
        if (Files.isDirectory(target)) return target;
        removeOthers(kind);
        var draft = Files.createDirectories(directory.resolve(kind + ".tmp"));
        try (var in = new BufferedInputStream(url.openStream(), 1 << 16)) {
            unpack.into(draft, in);
        }
        return Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Older versions, and what a killed start left half done. */
    private void removeOthers(String kind) throws IOException {
        try (var entries = Files.newDirectoryStream(directory, kind + "[-.]*")) {
            for (var entry : entries) DataDir.deleteTree(entry);
        }
    }

    private static String fingerprint(URL resource) throws IOException {
        var connection = resource.openConnection();
        var size = Long.toHexString(connection.getContentLengthLong());
        if (!(connection instanceof JarURLConnection jar)) return size;
        return size + "-" + Long.toHexString(jar.getJarEntry().getCrc());
    }

    private static void copyExecutable(Path target, InputStream resource) throws IOException {
        var file = target.resolve("redis-server");
        Files.copy(resource, file);
        permit(file, true);
    }

    private static void untar(Path target, InputStream resource) throws IOException {
        try (var tar = new TarArchiveInputStream(new XZInputStream(resource))) {
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                var path = target.resolve(entry.getName()).normalize();
                if (!path.startsWith(target)) throw new IOException("outside of the archive: " + entry.getName());
                untar(tar, entry, path);
            }
        }
    }

    private static void untar(TarArchiveInputStream tar, TarArchiveEntry entry, Path path) throws IOException {
        if (entry.isDirectory()) {
            Files.createDirectories(path);
            return;
        }
        Files.createDirectories(path.resolveSibling("."));
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
        } else {
            Files.copy(tar, path);
            permit(path, (entry.getMode() & EXECUTABLE) != 0);
        }
    }

    private static void permit(Path file, boolean executable) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
    }
}
