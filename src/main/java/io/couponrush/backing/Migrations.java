package io.couponrush.backing;

import io.couponrush.config.Secret;
import io.couponrush.config.ServiceUri;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;

/** Brings the schema up to date with the files in {@code db/migration}. Blocks: not for an event loop. */
public final class Migrations {
    private static final int TRIES = 10;

    private Migrations() {}

    /** Waits up to 10 seconds for Postgres; returns how many files were applied. Several nodes may call it at once. */
    public static int migrate(String postgresUri) {
        ServiceUri uri = ServiceUri.parse(new Secret(postgresUri));
        try {
            return Flyway.configure()
                    .dataSource(jdbcUrl(uri), uri.user(), password(uri))
                    .locations("classpath:db/migration")
                    .failOnMissingLocations(false)
                    .connectRetries(TRIES)
                    .connectRetriesInterval(1)
                    .load()
                    .migrate()
                    .migrationsExecuted;
        } catch (FlywayException e) {
            throw new IllegalStateException("cannot migrate Postgres at " + uri.place(5432) + ": " + reason(e), e);
        }
    }

    static Connection connect(ServiceUri uri) throws SQLException {
        Properties properties = new Properties();
        if (uri.user() != null) properties.setProperty("user", uri.user());
        @Nullable String password = password(uri);
        if (password != null) properties.setProperty("password", password);
        properties.setProperty("connectTimeout", "2");
        properties.setProperty("loginTimeout", "3");
        properties.setProperty("socketTimeout", "5");
        return DriverManager.getConnection(jdbcUrl(uri), properties);
    }

    static String jdbcUrl(ServiceUri uri) {
        String query = uri.query() == null ? "" : "?" + uri.query();
        return "jdbc:postgresql://" + uri.host() + ":" + uri.portOr(5432) + "/" + uri.path() + query;
    }

    private static @Nullable String password(ServiceUri uri) {
        return uri.password() == null ? null : uri.password().reveal();
    }

    private static String reason(Throwable failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null) deepest = deepest.getCause();
        return String.valueOf(deepest.getMessage()).strip().replaceAll("\\R\\s*", " ");
    }
}
