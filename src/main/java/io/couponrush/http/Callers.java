package io.couponrush.http;

import org.jspecify.annotations.Nullable;

/** Tells who a bearer token belongs to. Needs no I/O, so that the claim path can ask for each request. */
@FunctionalInterface
public interface Callers {
    /** The caller, or null when the token does not hold, for whatever reason. Never throws. */
    @Nullable
    Caller of(String accessToken);
}
