package io.couponrush.campaign;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The entity tag of an Event: {@code "version.issued.generation.status"}, strong, because the same tag is the same body
 * byte for byte. {@code If-None-Match} compares all of it, so that live counts are never served from a cache;
 * {@link IfMatch} only the version, so that issuing does not make an edit stale.
 */
final class ETag {
    private ETag() {}

    static String of(Campaign campaign, Instant now) {
        return '"' + parts(campaign, now) + '"';
    }

    static String forUser(Campaign campaign, Instant now, int userIssued, boolean invited) {
        return '"' + parts(campaign, now) + ".u" + userIssued + (invited ? "" : ".out") + '"';
    }

    /** Whether {@code If-None-Match} names the tag, by weak comparison. */
    static boolean named(@Nullable String ifNoneMatch, String tag) {
        if (ifNoneMatch == null) {
            return false;
        }
        for (String one : ifNoneMatch.split(",", -1)) {
            if (one.strip().equals("*") || strong(one).equals(tag)) {
                return true;
            }
        }
        return false;
    }

    /** Without the {@code W/} that a compressing proxy may have put before it. */
    static String strong(String tag) {
        String stripped = tag.strip();
        return stripped.startsWith("W/") ? stripped.substring(2) : stripped;
    }

    private static String parts(Campaign campaign, Instant now) {
        return campaign.version()
                + "."
                + campaign.issuedCount()
                + "."
                + campaign.soldOutGeneration()
                + "."
                + campaign.status(now).wire();
    }
}
