package io.couponrush.backing.embedded;

import java.util.Locale;

/** This machine in the words of the binaries' resource names. */
record Platform(String postgresArchive, String redisServer) {

    static Platform current() {
        return of(System.getProperty("os.name", "?"), System.getProperty("os.arch", "?"));
    }

    static Platform of(String osName, String osArch) {
        var os = os(osName.toLowerCase(Locale.ROOT));
        return switch (osArch.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> named(os, "x86_64", "amd64");
            case "aarch64", "arm64" -> named(os, "arm_64", "arm64");
            default -> throw unsupported(osName, osArch);
        };
    }

    private static String os(String name) {
        if (name.startsWith("linux")) return "linux";
        if (name.startsWith("mac") || name.startsWith("darwin")) return "darwin";
        throw unsupported(name, "any architecture");
    }

    private static Platform named(String os, String postgresArch, String redisArch) {
        return new Platform(
                "postgres-" + os + "-" + postgresArch + ".txz", "redis-server-7.0.15-" + os + "-" + redisArch);
    }

    private static EmbeddedStackException unsupported(String os, String arch) {
        return new EmbeddedStackException("there are no embedded binaries for " + os + " on " + arch
                + " (there are for Linux and macOS, amd64 and arm64)");
    }
}
