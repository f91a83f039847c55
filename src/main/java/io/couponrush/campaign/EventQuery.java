package io.couponrush.campaign;

import io.couponrush.http.Answer;
import io.couponrush.http.Problem;
import io.couponrush.http.QueryParams;
import io.vertx.ext.web.RoutingContext;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which campaigns a list is asked for.
 *
 * @param words in the title, whatever their case
 */
record EventQuery(@Nullable CampaignStatus status, @Nullable String words, @Nullable Cursor after, int limit) {
    private static final Pattern WORDS = Pattern.compile("[^\\p{Cntrl}]{1,100}");

    /** What everybody may ask. */
    static Answer<EventQuery> of(RoutingContext ctx) {
        return of(new QueryParams(ctx), null);
    }

    static Answer<EventQuery> forStaff(RoutingContext ctx) {
        var params = new QueryParams(ctx);
        return of(params, params.text("q", WORDS, "must be 1 to 100 printable characters"));
    }

    private static Answer<EventQuery> of(QueryParams params, @Nullable String words) {
        CampaignStatus status = params.oneOf("status", CampaignStatus.class);
        var query = new EventQuery(status, words, after(params), params.limit());
        Problem problem = params.problem();
        return problem == null ? Answer.given(query) : Answer.denied(problem);
    }

    private static @Nullable Cursor after(QueryParams params) {
        String cursor = params.cursor();
        Cursor after = cursor == null ? null : Cursor.parse(cursor);
        if (cursor != null && after == null) {
            params.badCursor();
        }
        return after;
    }
}
