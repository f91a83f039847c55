package io.couponrush.audit;

import io.couponrush.http.ProblemCode;
import io.vertx.core.json.JsonObject;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One line of the audit log that is to be written.
 *
 * @param target what it was done to, as {@code event:7}
 * @param outcome {@code DONE}, or the code of the problem that kept it from being done
 * @param before what changed, as it was; null for nothing
 * @param after what changed, as it is; null for nothing
 */
public record AuditEntry(
        Deed deed, @Nullable String target, String outcome, @Nullable JsonObject before, @Nullable JsonObject after) {
    private static final String DONE = "DONE";

    /** Something was made, given out or read. */
    public static AuditEntry done(Deed deed, @Nullable String target, @Nullable JsonObject what) {
        return new AuditEntry(deed, target, DONE, null, what);
    }

    /** Something was changed; of both sides only the members that differ are kept. */
    public static AuditEntry changed(Deed deed, String target, JsonObject before, JsonObject after) {
        return new AuditEntry(deed, target, DONE, differing(before, after), differing(after, before));
    }

    static AuditEntry refused(Deed deed, @Nullable String target, ProblemCode why, @Nullable JsonObject note) {
        return new AuditEntry(deed, target, why.name(), null, note);
    }

    private static @Nullable JsonObject differing(JsonObject these, JsonObject those) {
        var kept = new JsonObject();
        for (String name : these.fieldNames()) {
            if (!Objects.equals(these.getValue(name), those.getValue(name))) {
                kept.put(name, these.getValue(name));
            }
        }
        return kept.isEmpty() ? null : kept;
    }
}
