package io.couponrush.testkit;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Sums over every table of a service, to see whether anything changed. Left out is what a refused request may write, who
 * was refused, and what is written later than the answer that caused it.
 */
public final class Ledger {
    private static final Set<String> REFUSALS = Set.of("audit_log", "refusals", "login_failures");
    private static final Set<String> LATER = Set.of("outbox", "notices", "campaign_warmups", "flyway_schema_history");

    private final Service service;

    public Ledger(Service service) {
        this.service = service;
    }

    /** A sum for each table, and how many rows the outbox ever had. */
    public Map<String, String> sums() {
        try (var connection = Books.connect(service.postgresUri());
                var statement = connection.createStatement()) {
            List<String> tables = new ArrayList<>();
            try (var names = statement.executeQuery(
                    "select tablename from pg_tables where schemaname = 'public' order by tablename")) {
                while (names.next()) tables.add(names.getString(1));
            }
            tables.removeAll(REFUSALS);
            tables.removeAll(LATER);
            Map<String, String> sums = new TreeMap<>();
            try (var rows =
                    statement.executeQuery(tables.stream().map(Ledger::sum).collect(Collectors.joining(" union all "))
                            + " union all select 'outbox', coalesce(pg_sequence_last_value(pg_get_serial_sequence('outbox', "
                            + "'id')::regclass), 0)::text")) {
                while (rows.next()) sums.put(rows.getString(1), rows.getString(2));
            }
            return sums;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Epochs grow by themselves: Redis is loaded anew when it has to be. */
    private static String sum(String table) {
        return ("select '%1$s', count(*) || ' ' || md5(coalesce(string_agg(row, '' order by row), '')) from "
                        + "(select (to_jsonb(t) - 'epoch')::text as row from %1$s t) as rows_of_%1$s")
                .formatted(table);
    }
}
