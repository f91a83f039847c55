package io.couponrush.audience;

import io.couponrush.audience.AudienceStore.Added;
import io.couponrush.audience.GuestLines.Guest;
import io.couponrush.http.Problem.FieldError;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.List;

/** One CSV on its way into a list of guests: kept as it comes, so that nothing in Postgres waits for who sends it. */
final class Import {
    /** Lines of one file. */
    static final int LINES_MAX = 1_000_000;

    private final GuestLines lines = new GuestLines();
    private final NamedGuests guests = new NamedGuests();

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

    /** Keeps the users on the lines that end in this part. */
    Future<Void> take(Buffer part) {
        keep(lines.read(part));
        return lines.lines() > LINES_MAX ? Future.failedFuture(new TooManyLines()) : Future.succeededFuture();
    }

    /** After the last part: the users of the file, each once, in their order. */
    Future<long[]> finish() {
        keep(lines.rest());
        return lines.lines() > LINES_MAX
                ? Future.failedFuture(new TooManyLines())
                : Future.succeededFuture(guests.inOrder());
    }

    private void keep(List<Guest> read) {
        read.forEach(guests::add);
    }

    /** What became of all lines. */
    Report report(Added added) {
        int unknown = 0;
        for (int i = 0; i < guests.size(); i++) {
            Guest guest = guests.get(i);
            if (Arrays.binarySearch(added.unknown(), guest.userId()) >= 0) {
                unknown++;
                lines.tell(guest.line(), "there is no user " + guest.userId());
            }
        }
        int already = guests.size() - added.added() - unknown;
        return new Report(lines.lines(), added.added(), already, unknown, lines.invalid(), lines.errors());
    }
}
