package io.couponrush.account;

import com.password4j.Argon2Function;
import com.password4j.Password;
import com.password4j.types.Argon2;
import io.couponrush.http.Answer;
import io.couponrush.http.Problem;
import io.couponrush.http.ProblemCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Hashes passwords: argon2id in PHC form, on two threads of its own. A hash costs tens of milliseconds, so only a few
 * may wait, and not long: more are told at once that the service is overloaded, and whoever waited too long then.
 */
final class Passwords {
    /** Stands in where there is no user or no password: nothing matches it, and finding that out takes as long. */
    static final String NOBODY =
            "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9ibw" + "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    private static final int THREADS = 2;
    private static final int MAX_UNDER_WAY = 64;
    private static final Duration MAX_WAIT = Duration.ofSeconds(5);
    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;
    private static final int MEMORY_KIB = 19 * 1024;
    private static final String PARAMETERS = "$argon2id$v=19$m=19456,t=2,p=1$";

    private final Argon2Function argon2 =
            Argon2Function.getInstance(MEMORY_KIB, 2, 1, HASH_BYTES, Argon2.ID, Argon2Function.ARGON2_VERSION_13);
    private final WorkerExecutor workers;
    private final LongSupplier nanoTime;
    private final AtomicInteger underWay = new AtomicInteger();

    Passwords(Vertx vertx, LongSupplier nanoTime) {
        this.workers = vertx.createSharedWorkerExecutor("passwords", THREADS);
        this.nanoTime = nanoTime;
    }

    Future<Answer<String>> hash(String password) {
        return bounded(() ->
                Password.hash(password).addRandomSalt(SALT_BYTES).with(argon2).getResult());
    }

    /** Whether the password is the one of that hash; without a hash it is not, in the same time. */
    Future<Answer<Boolean>> verify(String password, @Nullable String hash) {
        String against = hash == null ? NOBODY : hash;
        return bounded(() -> Password.check(password, against).with(Argon2Function.getInstanceFromHash(against)));
    }

    /** Whether the hash was made with other parameters than those of today. */
    static boolean outdated(String hash) {
        return !hash.startsWith(PARAMETERS);
    }

    private <T> Future<Answer<T>> bounded(Callable<T> work) {
        if (underWay.incrementAndGet() > MAX_UNDER_WAY) {
            underWay.decrementAndGet();
            return Future.succeededFuture(overloaded());
        }
        long asked = nanoTime.getAsLong();
        Callable<Answer<T>> inTime =
                () -> nanoTime.getAsLong() - asked > MAX_WAIT.toNanos() ? overloaded() : Answer.given(work.call());
        return workers.executeBlocking(inTime, false).onComplete(done -> underWay.decrementAndGet());
    }

    private static <T> Answer<T> overloaded() {
        return Answer.denied(Problem.of(ProblemCode.OVERLOADED).retryAfter(2));
    }
}
