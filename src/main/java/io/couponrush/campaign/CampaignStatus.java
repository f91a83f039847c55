package io.couponrush.campaign;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Where a campaign stands: derived from its window, its pause and the clock, never stored. */
public enum CampaignStatus {
    SCHEDULED,
    ACTIVE,
    PAUSED,
    ENDED;

    static @Nullable CampaignStatus of(String wire) {
        for (CampaignStatus status : values()) {
            if (status.wire().equals(wire)) {
                return status;
            }
        }
        return null;
    }

    /** The word of the API. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}
