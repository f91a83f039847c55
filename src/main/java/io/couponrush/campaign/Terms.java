package io.couponrush.campaign;

import static java.util.Objects.requireNonNull;

import java.math.BigDecimal;
import java.time.Instant;

/**
 * What the staff decides about a campaign.
 *
 * @param endTime the first instant at which nothing is issued any more
 * @param minPurchaseAmount 0 for none
 * @param maxDiscountAmount the most that one coupon takes off; 0 for no limit
 * @param validDays how long a coupon can be used after it was issued
 * @param codePrefix what the campaign's coupon codes begin with
 * @param mode never changes; null, as an older node tells it to others, is a rush
 * @param smallPrint what the API calls {@code terms}: plain text, shown as it is
 */
public record Terms(
        String title,
        String description,
        int totalCount,
        Instant startTime,
        Instant endTime,
        int maxPerUser,
        DiscountType discountType,
        BigDecimal discountValue,
        BigDecimal minPurchaseAmount,
        BigDecimal maxDiscountAmount,
        int validDays,
        String codePrefix,
        String smallPrint,
        Audience audience,
        Mode mode) {
    public Terms {
        discountValue = plain(discountValue);
        minPurchaseAmount = plain(minPurchaseAmount);
        maxDiscountAmount = plain(maxDiscountAmount);
        requireNonNull(smallPrint);
        requireNonNull(audience);
        mode = mode == null ? Mode.RUSH : mode;
    }

    /** No trailing zeros and no exponent, so that equal amounts are equal and look the same. */
    public static BigDecimal plain(BigDecimal money) {
        BigDecimal shortest = money.stripTrailingZeros();
        return shortest.scale() < 0 ? shortest.setScale(0) : shortest;
    }

    /** Whether there is a limit to what one coupon takes off. */
    public boolean hasMaxDiscount() {
        return maxDiscountAmount.signum() > 0;
    }

    Terms withWindow(Instant start, Instant end) {
        return new Terms(
                title,
                description,
                totalCount,
                start,
                end,
                maxPerUser,
                discountType,
                discountValue,
                minPurchaseAmount,
                maxDiscountAmount,
                validDays,
                codePrefix,
                smallPrint,
                audience,
                mode);
    }

    Terms withTexts(String newTitle, String newDescription, String newSmallPrint) {
        return new Terms(
                newTitle,
                newDescription,
                totalCount,
                startTime,
                endTime,
                maxPerUser,
                discountType,
                discountValue,
                minPurchaseAmount,
                maxDiscountAmount,
                validDays,
                codePrefix,
                newSmallPrint,
                audience,
                mode);
    }
}
