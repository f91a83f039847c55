package io.couponrush.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** What must hold for the components of one record; {@link #check} throws everything that does not. */
final class Rules {
    private final String record;
    private final List<Mistake> broken = new ArrayList<>();

    private Rules(String record) {
        this.record = record;
    }

    static Rules of(String record) {
        return new Rules(record);
    }

    Rules range(String name, int value, int min, int max) {
        return that(value >= min && value <= max, name, value + " is not within " + min + ".." + max);
    }

    Rules atLeastOne(String name, int value) {
        return that(value >= 1, name, value + " is less than 1");
    }

    Rules positive(String name, Duration value) {
        return that(value.compareTo(Duration.ZERO) > 0, name, "must be longer than 0");
    }

    Rules shorter(String name, Duration value, String limitKey, Duration limit) {
        return that(value.compareTo(limit) < 0, name, "must be shorter than " + limitKey);
    }

    Rules each(String name, List<String> values, Predicate<String> holds, String otherwise) {
        values.stream()
                .filter(holds.negate())
                .forEach(value -> broken.add(mistake(name, "\"" + value + "\" " + otherwise)));
        return this;
    }

    Rules that(boolean holds, String name, String otherwise) {
        if (!holds) broken.add(mistake(name, otherwise));
        return this;
    }

    private Mistake mistake(String name, String text) {
        return new Mistake(record.isEmpty() ? name : record + "." + name, text);
    }

    void check() {
        if (!broken.isEmpty()) throw new BadSettings(broken);
    }
}
