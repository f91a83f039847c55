package io.couponrush.account;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which passwords a new user may take: long enough, and not among those that are tried first. */
final class PasswordRules {
    static final int MIN = 12;
    static final int MAX = 128;

    private static final int MIN_DISTINCT = 5;
    private static final Pattern REPEATED = Pattern.compile("(.+?)\\1+.?", Pattern.DOTALL);
    private static final Pattern DECORATION = Pattern.compile("[^a-z]+");
    private static final Pattern TAIL = Pattern.compile("[^a-z]+$");
    private static final List<String> RUNS = bothWays(
            "01234567890123456789",
            "abcdefghijklmnopqrstuvwxyz",
            "qwertyuiopasdfghjklzxcvbnm",
            "1q2w3e4r5t6y7u8i9o0p",
            "1qaz2wsx3edc4rfv5tgb");
    /** What is left of the usual bad passwords without their digits and signs. */
    private static final Set<String> WORDS = Set.of(
            "password",
            "passwort",
            "passphrase",
            "pass",
            "passwd",
            "letmein",
            "welcome",
            "iloveyou",
            "admin",
            "administrator",
            "changeme",
            "secret",
            "qwerty",
            "qwertyuiop",
            "abc",
            "monkey",
            "dragon",
            "football",
            "baseball",
            "sunshine",
            "princess",
            "superman",
            "login",
            "user",
            "test",
            "default",
            "coupon",
            "couponrush",
            "trustno",
            "starwars",
            "master",
            "hello",
            "p",
            "pw");

    private PasswordRules() {}

    /** Why the password may not be taken, in words for the client; null when it may. */
    static @Nullable String refusal(String password, String email) {
        int length = password.codePointCount(0, password.length());
        if (length < MIN || length > MAX) {
            return "must have " + MIN + " to " + MAX + " characters";
        }
        String text = password.toLowerCase(Locale.ROOT);
        if (text.contains(email) || text.equals(email.substring(0, Math.max(0, email.indexOf('@'))))) {
            return "must not be the e-mail";
        }
        return weak(text) ? "is too easy to guess" : null;
    }

    private static boolean weak(String text) {
        return text.codePoints().distinct().count() < MIN_DISTINCT
                || REPEATED.matcher(text).matches()
                || RUNS.stream().anyMatch(run -> run.contains(text))
                || isDecoratedWord(text);
    }

    private static boolean isDecoratedWord(String text) {
        String letters = TAIL.matcher(text)
                .replaceAll("")
                .replace('@', 'a')
                .replace('0', 'o')
                .replace('$', 's');
        return WORDS.contains(DECORATION.matcher(text).replaceAll(""))
                || WORDS.contains(DECORATION.matcher(letters).replaceAll(""));
    }

    private static List<String> bothWays(String... runs) {
        return List.of(runs).stream()
                .flatMap(run -> List.of(run, new StringBuilder(run).reverse().toString()).stream())
                .toList();
    }
}
