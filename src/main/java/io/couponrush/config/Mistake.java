package io.couponrush.config;

/** One thing that is wrong: the key or name that somebody set, and what is wrong with it. Never the value of a secret. */
record Mistake(String key, String text) {
    boolean concerns(String otherKey) {
        return key.equals(otherKey) || text.contains(otherKey);
    }

    @Override
    public String toString() {
        return key + ": " + text;
    }
}
