package io.couponrush.testkit;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;

/** The tables and functions of the migrations that are there, in their order. */
public final class Schema {
    private static final Path MIGRATIONS = Path.of(System.getProperty("migrations", "src/main/resources/db/migration"));

    private Schema() {}

    /** Makes them in an empty database; the URI is one of {@link Backends#freshDatabase()}. */
    public static void apply(String postgresUri) {
        try (Connection connection = connect(URI.create(postgresUri));
                var statement = connection.createStatement()) {
            for (Path file : files()) {
                statement.execute(Files.readString(file));
            }
        } catch (SQLException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Path> files() throws IOException {
        try (var all = Files.list(MIGRATIONS)) {
            return all.filter(f -> f.toString().endsWith(".sql")).sorted().toList();
        }
    }

    private static Connection connect(URI uri) throws SQLException {
        String[] user = (uri.getUserInfo() + ":").split(":", -1);
        String url = "jdbc:postgresql://" + uri.getHost() + ":" + uri.getPort() + uri.getPath();
        return DriverManager.getConnection(url, user[0], user[1]);
    }
}
