package io.couponrush.audit;

import io.couponrush.http.Answer;
import io.couponrush.http.Problem;
import io.couponrush.http.QueryParams;
import io.vertx.ext.web.RoutingContext;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which lines of the log are asked for: below {@code beforeId}, since the newest come first. */
record AuditQuery(@Nullable Long actorId, @Nullable String action, @Nullable String target, long beforeId, int limit) {
    private static final Pattern ACTION = Pattern.compile("[a-z]+(\\.[a-z]+)+");
    private static final Pattern TARGET = Pattern.compile("[\\x20-\\x7e]{1,200}");

    static Answer<AuditQuery> of(RoutingContext ctx) {
        var params = new QueryParams(ctx);
        OptionalLong actor = params.id("actor");
        var query = new AuditQuery(
                actor.isPresent() ? actor.getAsLong() : null,
                params.text("action", ACTION, "must be an action like event.pause"),
                params.text("target", TARGET, "must be a target like event:7"),
                params.beforeId(),
                params.limit());
        Problem problem = params.problem();
        return problem == null ? Answer.given(query) : Answer.denied(problem);
    }
}
