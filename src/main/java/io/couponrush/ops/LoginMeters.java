package io.couponrush.ops;

import io.couponrush.http.ProblemCode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Attempts to show who one is that failed, in numbers. Thread-safe. */
public final class LoginMeters {
    private static final List<ProblemCode> REASONS = List.of(
            ProblemCode.INVALID_CREDENTIALS,
            ProblemCode.OTP_REQUIRED,
            ProblemCode.OTP_INVALID,
            ProblemCode.ACCOUNT_LOCKED,
            ProblemCode.OIDC_LOGIN_FAILED);

    private final Map<ProblemCode, Counter> failed = new EnumMap<>(ProblemCode.class);

    LoginMeters(MeterRegistry registry) {
        for (ProblemCode why : REASONS) {
            failed.put(
                    why,
                    Counter.builder("couponrush.logins.failed")
                            .description("Passwords, codes, secrets of partners and logins elsewhere that were refused")
                            .tag("why", why.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
    }

    /** Counts a failure. Whatever else kept somebody out, as an overload, is none. */
    public void failed(ProblemCode why) {
        Counter counter = failed.get(why);
        if (counter != null) {
            counter.increment();
        }
    }
}
