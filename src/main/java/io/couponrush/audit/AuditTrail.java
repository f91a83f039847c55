package io.couponrush.audit;

import io.couponrush.http.Authentication;
import io.couponrush.http.Caller;
import io.couponrush.http.ProblemCode;
import io.couponrush.http.RateLimiter;
import io.couponrush.http.Replies;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How routes leave a trace in the audit log. One of a node. Thread-safe.
 *
 * <p>What was done is always written; where that fails, it was not done. What was refused is written within a bound for
 * each kind of caller, since anybody can be refused at any rate: beyond it refusals are counted, and the next line of
 * that kind tells how many are missing before it.
 */
public final class AuditTrail implements Authentication.Watch {
    private static final Logger LOG = LoggerFactory.getLogger(AuditTrail.class);
    private static final String KEPT_OUT = "access.refused";
    private static final int PATH_MAX = 160;
    private static final int REFUSALS_PER_SECOND = 1;
    private static final int REFUSALS_AT_ONCE = 60;

    private final AuditStore store;
    private final Function<HttpServerRequest, String> clientAddress;
    private final RateLimiter refusals;
    private final Map<String, Long> unwritten = new ConcurrentHashMap<>();

    public AuditTrail(AuditStore store, Function<HttpServerRequest, String> clientAddress) {
        this(store, clientAddress, new RateLimiter("audit", REFUSALS_PER_SECOND, REFUSALS_AT_ONCE, 100));
    }

    /**
     * Makes a trail.
     *
     * @param refusals of one kind of caller; its key is the role
     */
    AuditTrail(AuditStore store, Function<HttpServerRequest, String> clientAddress, RateLimiter refusals) {
        this.store = store;
        this.clientAddress = clientAddress;
        this.refusals = refusals;
    }

    /** What the caller of this exchange is about to do. */
    public Deed deed(RoutingContext ctx, String action) {
        return deed(ctx, Authentication.callerOrNull(ctx), action);
    }

    /** Writes down what has no transaction of its own. Do it before the deed: a failure means that it must not be done. */
    public Future<Void> done(Deed deed, @Nullable String target, @Nullable JsonObject what) {
        return store.append(AuditEntry.done(deed, target, what));
    }

    /** Writes down that a privileged action was tried and refused, unless there are too many. */
    public void refused(Deed deed, @Nullable String target, ProblemCode why) {
        if (refusals.take(deed.role()) != null) {
            missed(deed.role(), 1);
            return;
        }
        Long missing = unwritten.remove(deed.role());
        JsonObject note = missing == null ? null : new JsonObject().put("notWritten", missing);
        store.append(AuditEntry.refused(deed, target, why, note)).onFailure(e -> {
            missed(deed.role(), 1 + (missing == null ? 0 : missing));
            LOG.atWarn().addKeyValue("traceId", deed.traceId()).log("refusal not in the audit log: {}", e.toString());
        });
    }

    @Override
    public void keptOut(RoutingContext ctx, @Nullable Caller caller, ProblemCode why) {
        HttpServerRequest request = ctx.request();
        refused(deed(ctx, caller, KEPT_OUT), request.method().name() + " " + printable(request.path()), why);
    }

    private void missed(String role, long count) {
        unwritten.merge(role, count, Long::sum);
    }

    private Deed deed(RoutingContext ctx, @Nullable Caller caller, String action) {
        return new Deed(
                caller == null ? null : caller.userId(),
                caller == null ? Deed.NOBODY : caller.role().name(),
                action,
                Replies.requestId(ctx),
                masked(clientAddress.apply(ctx.request())));
    }

    /** Of IPv4 the first three bytes; IPv6 comes as its /64. */
    private static String masked(String address) {
        boolean ipv4 = address.indexOf('.') >= 0 && address.indexOf(':') < 0;
        return ipv4 ? address.substring(0, address.lastIndexOf('.')) + ".0/24" : address;
    }

    /** A path is what somebody made up: cut, and without what no log should hold. */
    private static String printable(@Nullable String path) {
        String text = path == null ? "" : path;
        return text.substring(0, Math.min(PATH_MAX, text.length())).replaceAll("[^\\x20-\\x7e]", "?");
    }
}
