package io.couponrush.arch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.couponrush.backing.Migrations;
import io.couponrush.testkit.Backends;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every statement of a store fits the migrated schema, also those that no test happens to run. */
class SqlIT {
    private static final Pattern STATEMENT =
            Pattern.compile("\\s*(select|insert|update|delete|with)\\s", Pattern.CASE_INSENSITIVE);
    private static final int AT_LEAST = 25;

    @Test
    void postgresPreparesEveryStatement() throws Exception {
        String uri = Backends.shared().freshDatabase();
        int applied = Migrations.migrate(uri);
        assertThat(applied).isPositive();
        Map<String, String> statements = statements();
        assertThat(statements).hasSizeGreaterThan(AT_LEAST);
        try (Connection connection = connect(uri)) {
            for (var statement : statements.entrySet()) {
                assertThatCode(() -> prepare(connection, statement.getKey(), statement.getValue()))
                        .as(statement.getKey())
                        .doesNotThrowAnyException();
            }
        }
    }

    private static void prepare(Connection connection, String name, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("prepare \"" + name + "\" as " + sql);
        }
    }

    private static Map<String, String> statements() throws ReflectiveOperationException {
        Map<String, String> found = new TreeMap<>();
        for (var type : Code.MAIN) {
            if (type.getSimpleName().endsWith("Store")) {
                for (Field field : Class.forName(type.getName()).getDeclaredFields()) {
                    if (field.getType() == String.class && Modifier.isStatic(field.getModifiers())) {
                        field.setAccessible(true);
                        String text = String.valueOf(field.get(null));
                        if (STATEMENT.matcher(text).lookingAt()) {
                            found.put(type.getSimpleName() + "." + field.getName(), text);
                        }
                    }
                }
            }
        }
        return found;
    }

    private static Connection connect(String uri) throws SQLException {
        var address = URI.create(uri);
        var user = (address.getUserInfo() + ":").split(":", -1);
        var url = "jdbc:postgresql://" + address.getHost() + ":" + address.getPort() + address.getPath();
        return DriverManager.getConnection(url, user[0], user[1]);
    }
}
