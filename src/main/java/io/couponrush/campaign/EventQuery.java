package io.couponrush.campaign;

import io.couponrush.http.Answer;
import io.couponrush.http.Problem;
import io.couponrush.http.Problem.FieldError;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which campaigns a list is asked for. */
record EventQuery(@Nullable CampaignStatus status, @Nullable Cursor after, int limit) {
    private static final int LIMIT = 20;
    private static final Pattern LIMITS = Pattern.compile("[1-9][0-9]?|100");

    static Answer<EventQuery> of(RoutingContext ctx) {
        String status = ctx.request().getParam("status");
        String cursor = ctx.request().getParam("cursor");
        String limit = ctx.request().getParam("limit");
        var query = new EventQuery(
                status == null ? null : CampaignStatus.of(status),
                cursor == null ? null : Cursor.decode(cursor),
                limit != null && LIMITS.matcher(limit).matches() ? Integer.parseInt(limit) : LIMIT);

        List<FieldError> errors = new ArrayList<>();
        if (status != null && query.status == null) {
            errors.add(new FieldError("status", "must be scheduled, active, paused or ended"));
        }
        if (cursor != null && query.after == null) {
            errors.add(new FieldError("cursor", "must be a nextCursor of an earlier answer"));
        }
        if (limit != null && !LIMITS.matcher(limit).matches()) {
            errors.add(new FieldError("limit", "must be 1 to 100"));
        }
        return errors.isEmpty() ? Answer.given(query) : Answer.denied(Problem.invalid(errors));
    }
}
