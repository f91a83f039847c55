package io.couponrush.backing;

/** The way back to the broker for what one connection delivered. Delivery tags mean nothing on any other. */
public interface RabbitDeliveries {
    /** Whether the connection still stands; when not, the broker delivers again on the next. */
    boolean current();

    /** Settles this delivery and all before it that are not refused. */
    void acknowledge(long upToTag);

    /** Settles this delivery alone. */
    void acknowledgeOne(long tag);

    /** Never again, not even to another node: to the dead letters. */
    void refuse(long tag);
}
