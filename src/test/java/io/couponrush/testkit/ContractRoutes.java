package io.couponrush.testkit;

import io.couponrush.http.ExpressRoute;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

/** Compares the operations of {@code openapi.yaml} with the routes that are there; both as {@code GET /a/{}}. */
public final class ContractRoutes {
    private final Set<String> documented;
    private final Set<String> routed = new TreeSet<>();

    public ContractRoutes(Router router, Collection<ExpressRoute> express) {
        this(documented(), router, express);
    }

    ContractRoutes(Set<String> documented, Router router, Collection<ExpressRoute> express) {
        this.documented = documented;
        for (Route route : router.getRoutes()) {
            Set<HttpMethod> methods = route.methods();
            if (methods != null && route.getPath() != null) {
                methods.forEach(method -> routed.add(operation(method, route.getPath())));
            }
        }
        express.forEach(route -> routed.add(operation(route.method(), route.path())));
    }

    /** What the document promises and no route keeps. */
    public Set<String> unrouted() {
        return without(documented, routed);
    }

    /** Routes under {@code prefix} that the document does not know. */
    public Set<String> undocumented(String prefix) {
        Set<String> all = without(routed, documented);
        all.removeIf(
                operation -> !operation.substring(operation.indexOf(' ') + 1).startsWith(prefix));
        return all;
    }

    private static Set<String> without(Set<String> these, Set<String> those) {
        Set<String> rest = new TreeSet<>(these);
        rest.removeAll(those);
        return rest;
    }

    private static String operation(HttpMethod method, String path) {
        return method.name() + " " + path.replaceAll(":[A-Za-z]+", "{}");
    }

    private static Set<String> documented() {
        Set<String> operations = new TreeSet<>();
        for (Operation operation : Operation.all()) {
            operations.add(operation.method() + " " + operation.path().replaceAll("\\{[A-Za-z]+}", "{}"));
        }
        return operations;
    }
}
