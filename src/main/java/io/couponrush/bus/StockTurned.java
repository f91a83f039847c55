package io.couponrush.bus;

/**
 * A campaign sold out, or sells again.
 *
 * @param generation odd when sold out, even when on sale; the highest one seen is the truth, so late or repeated messages
 *     change nothing
 */
public record StockTurned(long eventId, int generation) {
    public boolean soldOut() {
        return generation % 2 == 1;
    }
}
