package io.couponrush;

import io.couponrush.config.Settings;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;

/** The whole object graph in one place, started and stopped in order. */
final class Server {
    private final Settings settings;
    private final Promise<Void> lost = Promise.promise();

    private Server(Settings settings) {
        this.settings = settings;
    }

    static Future<Server> start(Vertx vertx, Settings settings) {
        return Future.succeededFuture(new Server(settings));
    }

    /** Lets requests in flight finish, for {@code http.drain} at most, then closes everything this started. */
    Future<Void> stop() {
        return Future.succeededFuture();
    }

    /** Fails when the server cannot go on and the process should end; until then it is not complete. */
    Future<Void> lost() {
        return lost.future();
    }

    /** Where HTTP listens; with {@code http.port} 0, what the system chose. */
    int port() {
        return settings.http().port();
    }
}
