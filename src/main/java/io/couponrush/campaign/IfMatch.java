package io.couponrush.campaign;

import org.jspecify.annotations.Nullable;

/**
 * The {@code If-Match} of an edit, against lost updates: holds when a tag in it carries the campaign's version, or there is
 * none. Counts in the tag do not matter.
 */
record IfMatch(@Nullable String header) {
    boolean holds(Campaign campaign) {
        if (header == null) {
            return true;
        }
        String start = "\"" + campaign.version();
        for (String one : header.split(",", -1)) {
            String tag = ETag.strong(one);
            if (tag.equals("*") || tag.equals(start + '"') || (tag.startsWith(start + '.') && tag.endsWith("\""))) {
                return true;
            }
        }
        return false;
    }
}
