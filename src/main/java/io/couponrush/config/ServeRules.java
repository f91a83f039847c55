package io.couponrush.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What {@code serve} asks for beyond valid settings: nothing missing, no weak secret, no default credentials. */
final class ServeRules {
    /** What remains of a secret without these is what nobody can guess. */
    private static final Pattern WELL_KNOWN = Pattern.compile(
            "changeme|change|secret|password|passwd|couponrush|coupon|default|example|please|replace|jwt|token|test|demo"
                    + "|dev|admin|guest|your|this|key|qwerty|0123456789|123456789|12345|abcdefgh|[^a-z0-9]");

    private final List<Mistake> mistakes = new ArrayList<>();

    private ServeRules() {}

    static List<Mistake> mistakes(Settings settings) {
        ServeRules rules = new ServeRules();
        rules.postgres(settings.postgres().uri());
        rules.redis(settings.redis().uri());
        rules.rabbitmq(settings.rabbitmq().uri());
        rules.jwt(settings.jwt().secret());
        rules.secondFactor(settings.secondFactor().secret());
        return rules.mistakes;
    }

    private void postgres(@Nullable Secret uri) {
        if (missing("postgres.uri", uri) || uri == null) return;
        ServiceUri postgres = ServiceUri.parse(uri);
        if (postgres.user() == null) add("postgres.uri", "names no user");
        else if (postgres.user().equals("postgres") && isDefault(postgres, "postgres")) {
            add("postgres.uri", "has the default credentials of Postgres");
        }
    }

    private void redis(@Nullable Secret uri) {
        if (missing("redis.uri", uri) || uri == null) return;
        ServiceUri redis = ServiceUri.parse(uri);
        if (redis.password() == null && !redis.isLoopback())
            add("redis.uri", "has no password, and is not on loopback");
    }

    /** Without a user, clients send guest and guest. */
    private void rabbitmq(@Nullable Secret uri) {
        if (missing("rabbitmq.uri", uri) || uri == null) return;
        ServiceUri rabbitmq = ServiceUri.parse(uri);
        boolean guest = rabbitmq.user() == null || rabbitmq.user().equals("guest");
        if (guest && isDefault(rabbitmq, "guest")) {
            add("rabbitmq.uri", "has the default credentials of RabbitMQ");
        }
    }

    private void jwt(@Nullable Secret secret) {
        if (missing("jwt.secret", secret) || secret == null) return;
        unguessable("jwt.secret", secret);
    }

    private void secondFactor(@Nullable Secret secret) {
        if (secret != null) unguessable("secondFactor.secret", secret);
    }

    private void unguessable(String key, Secret secret) {
        if (isWeak(secret.reveal())) add(key, "can be guessed; make one with: openssl rand -base64 48");
    }

    private static boolean isDefault(ServiceUri uri, String password) {
        return uri.password() == null || uri.password().reveal().equals(password);
    }

    static boolean isWeak(String secret) {
        long characters = secret.chars().distinct().count();
        long pairs = IntStream.range(1, secret.length())
                .mapToObj(i -> secret.substring(i - 1, i + 1))
                .distinct()
                .count();
        String rest = WELL_KNOWN.matcher(secret.toLowerCase(Locale.ROOT)).replaceAll("");
        return characters < 10 || pairs < 16 || rest.length() < 16;
    }

    private boolean missing(String key, @Nullable Secret value) {
        if (value == null) add(key, "is required by serve");
        return value == null;
    }

    private void add(String key, String text) {
        mistakes.add(new Mistake(key, text));
    }
}
