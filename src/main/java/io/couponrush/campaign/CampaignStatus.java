package io.couponrush.campaign;

import java.util.Locale;

/** Where a campaign stands: derived from its window, its pause and the clock, never stored. */
public enum CampaignStatus {
    SCHEDULED,
    ACTIVE,
    PAUSED,
    ENDED;

    /** The word of the API. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}
