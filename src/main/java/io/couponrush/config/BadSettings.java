package io.couponrush.config;

import static java.util.stream.Collectors.joining;

import java.util.List;

/** Every mistake in the settings, at once. */
public final class BadSettings extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final transient List<Mistake> mistakes;

    BadSettings(List<Mistake> mistakes) {
        super(mistakes.stream().map(Mistake::toString).collect(joining("\n  ", "bad settings:\n  ", "")));
        this.mistakes = List.copyOf(mistakes);
    }

    List<Mistake> mistakes() {
        return mistakes;
    }
}
