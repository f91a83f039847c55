package io.couponrush.issuance;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.function.BiFunction;

/** Runs the statements that issue a batch. */
@FunctionalInterface
interface BatchStore {
    /** As they are. */
    BatchStore PLAIN = (query, sql, batch, args) -> query.apply(sql, args);

    /**
     * Runs one statement, in one transaction.
     *
     * @param batch the claims that it decides
     * @param args its parameters, from {@code $1} on; they may be added to
     */
    Future<RowSet<Row>> run(
            BiFunction<String, Tuple, Future<RowSet<Row>>> query, String sql, List<Claim> batch, Tuple args);
}
