package io.couponrush.backing;

import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.ParserHandler;
import io.vertx.redis.client.impl.RESPParser;
import io.vertx.redis.client.impl.RequestImpl;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What a reservation of 64 claims costs between us and Redis, for one claim. */
@State(Scope.Thread)
public class RespSpeed {
    private static final int CLAIMS = 64;

    private final String rid = UUID.randomUUID().toString();
    private final Buffer reply = Buffer.buffer("*" + (CLAIMS + 3) + "\r\n" + ":1\r\n".repeat(CLAIMS + 3));
    private @Nullable Response last;
    private final RESPParser parser = new RESPParser(
            new ParserHandler() {
                @Override
                public void handle(Response response) {
                    last = response;
                }

                @Override
                public void fail(Throwable t) {
                    throw new IllegalStateException(t);
                }
            },
            8);

    /** The call, as bytes. */
    @Benchmark
    @OperationsPerInvocation(CLAIMS)
    public Buffer reservationWritten() {
        var request = new RequestImpl(Command.EVALSHA);
        request.arg("0123456789abcdef0123456789abcdef01234567").arg(4);
        for (int i = 0; i < 4; i++) request.arg("cp:{4711}:meta");
        request.arg("0123456789abcdef0123456789abcdef01234567").arg(10_000);
        for (int i = 0; i < CLAIMS; i++) request.arg(rid).arg(123_456).arg(rid);
        return request.encode();
    }

    /** The answer, from bytes. */
    @Benchmark
    @OperationsPerInvocation(CLAIMS)
    public @Nullable Response answerRead() {
        parser.handle(reply.copy()); // the parser keeps what it is given
        return last;
    }
}
