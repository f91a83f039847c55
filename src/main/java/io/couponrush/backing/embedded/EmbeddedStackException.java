package io.couponrush.backing.embedded;

import org.jspecify.annotations.Nullable;

/** Why the embedded stack did not come up; the message is one paragraph for whoever typed the command. */
public final class EmbeddedStackException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EmbeddedStackException(String message) {
        this(message, null);
    }

    EmbeddedStackException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
