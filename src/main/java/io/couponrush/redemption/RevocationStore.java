package io.couponrush.redemption;

import io.couponrush.audit.AuditEntry;
import io.couponrush.audit.AuditStore;
import io.couponrush.audit.Deed;
import io.couponrush.http.Answer;
import io.couponrush.http.ProblemCode;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.OptionalInt;

/** Calls coupons back. What that means for the stock is decided by {@code revoke_coupon} in V008. */
public final class RevocationStore {
    private static final String REVOKE =
            """
            select outcome, done, event_id, event_generation, event_turned, event_over from revoke_coupon($1)
            """;

    private final Pool pool;

    /**
     * A coupon that is revoked.
     *
     * @param fresh whether that was done just now
     * @param turned the generation that began with it, when the campaign had been sold out
     * @param over whether the campaign has ended, so that nobody waits for its stock
     */
    record Revoked(long eventId, boolean fresh, OptionalInt turned, boolean over) {}

    public RevocationStore(Pool pool) {
        this.pool = pool;
    }

    /**
     * Revokes an unused coupon and gives its unit back to the stock, in a new epoch, with its line in the audit log; twice is
     * once.
     */
    Future<Answer<Revoked>> revoke(String code, Deed deed) {
        return pool.withTransaction(tx -> tx.preparedQuery(REVOKE)
                .execute(Tuple.of(code))
                .map(rows -> answer(rows.iterator().next()))
                .compose(answer -> remember(tx, code, answer, deed)));
    }

    static String target(String code) {
        return "coupon:" + code;
    }

    private static Future<Answer<Revoked>> remember(SqlConnection tx, String code, Answer<Revoked> answer, Deed deed) {
        if (!(answer instanceof Answer.Given<Revoked> given)) {
            return Future.succeededFuture(answer);
        }
        JsonObject before = status(given.value().fresh() ? "active" : "revoked");
        return AuditStore.append(tx, AuditEntry.changed(deed, target(code), before, status("revoked")))
                .map(answer);
    }

    private static JsonObject status(String status) {
        return new JsonObject().put("status", status);
    }

    private static Answer<Revoked> answer(Row row) {
        String outcome = row.getString("outcome");
        return switch (outcome) {
            case "REVOKED" -> Answer.given(revoked(row));
            case "USED" -> Answer.denied(ProblemCode.COUPON_NOT_ACTIVE);
            case "EXPIRED" -> Answer.denied(ProblemCode.COUPON_EXPIRED);
            case "NO_COUPON" -> Answer.denied(ProblemCode.COUPON_NOT_FOUND);
            default -> throw new IllegalStateException(outcome);
        };
    }

    private static Revoked revoked(Row row) {
        return new Revoked(
                row.getLong("event_id"),
                row.getBoolean("done"),
                row.getBoolean("event_turned")
                        ? OptionalInt.of(row.getInteger("event_generation"))
                        : OptionalInt.empty(),
                row.getBoolean("event_over"));
    }
}
