package io.couponrush.notification;

/** The way back to the broker for what one connection delivered. Delivery tags mean nothing on any other. */
interface Deliveries {
    /** Whether the connection still stands; when not, the broker delivers again on the next. */
    boolean current();

    /** Settles this delivery and all before it that are not refused. */
    void acknowledge(long upToTag);

    /** Never again, not even to another node: to the dead letters. */
    void refuse(long tag);
}
