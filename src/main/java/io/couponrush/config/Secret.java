package io.couponrush.config;

/** A value that must not be printed: only {@link #reveal()} tells it. */
public record Secret(String reveal) {
    @Override
    public String toString() {
        return "****";
    }
}
