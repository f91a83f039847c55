package io.couponrush.audience;

import io.couponrush.audience.AudienceStore.Added;
import io.couponrush.audience.AudienceStore.Writing;
import io.couponrush.audience.GuestLines.Guest;
import io.couponrush.http.Problem.FieldError;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** One CSV on its way into a list of guests, part by part. */
final class Import {
    /** Lines of one file. */
    static final int LINES_MAX = 1_000_000;

    private static final int BATCH = 1_000;

    private final GuestLines lines = new GuestLines();
    private final Writing list;
    private int named;
    private int added;
    private int unknown;

    /** The file has more lines than {@link #LINES_MAX}. */
    static final class TooManyLines extends Exception {
        private static final long serialVersionUID = 1;

        TooManyLines() {
            super("more than " + LINES_MAX + " lines", null, false, false);
        }
    }

    /**
     * What became of the lines of a file.
     *
     * @param already users that were on the list, or on an earlier line
     * @param unknown users that do not exist
     * @param invalid lines that name nobody
     * @param errors the first lines of those two kinds
     */
    record Report(int lines, int added, int already, int unknown, int invalid, List<FieldError> errors) {
        JsonObject counts() {
            return new JsonObject()
                    .put("lines", lines)
                    .put("added", added)
                    .put("already", already)
                    .put("unknown", unknown)
                    .put("invalid", invalid);
        }

        JsonObject json(boolean dryRun) {
            var told = new JsonArray();
            errors.forEach(error ->
                    told.add(new JsonObject().put("line", error.field()).put("message", error.message())));
            return counts().put("dryRun", dryRun).put("errors", told);
        }
    }

    Import(Writing list) {
        this.list = list;
    }

    /** Done when the users on the lines that end in this part are on the list. */
    Future<Void> take(Buffer part) {
        return add(lines.read(part));
    }

    /** The last line, and what became of all. */
    Future<Report> finish() {
        return add(lines.rest())
                .map(v -> new Report(
                        lines.lines(), added, named - added - unknown, unknown, lines.invalid(), lines.errors()));
    }

    private Future<Void> add(List<Guest> guests) {
        if (lines.lines() > LINES_MAX) {
            return Future.failedFuture(new TooManyLines());
        }
        if (guests.isEmpty()) {
            return Future.succeededFuture();
        }
        List<Guest> batch = guests.subList(0, Math.min(BATCH, guests.size()));
        return list.add(batch)
                .onSuccess(done -> count(batch, done))
                .compose(done -> add(guests.subList(batch.size(), guests.size())));
    }

    private void count(List<Guest> batch, Added done) {
        named += batch.size();
        added += done.added();
        for (Guest guest : batch) {
            if (done.unknown().contains(guest.userId())) {
                unknown++;
                lines.tell(guest.line(), "there is no user " + guest.userId());
            }
        }
    }
}
