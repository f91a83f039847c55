package io.couponrush.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.couponrush.http.ExpressRoute;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** Compares the operations of {@code openapi.yaml} with the routes that are there; both as {@code GET /a/{}}. */
public final class ContractRoutes {
    private static final Set<String> VERBS = Set.of("get", "put", "post", "patch", "delete", "head", "options");

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
        try (InputStream in = ContractRoutes.class.getResourceAsStream("/openapi.yaml")) {
            JsonNode paths =
                    new YAMLMapper().readTree(Objects.requireNonNull(in)).get("paths");
            Set<String> operations = new TreeSet<>();
            for (Map.Entry<String, JsonNode> path : paths.properties()) {
                for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
                    if (VERBS.contains(operation.getKey())) {
                        operations.add(operation.getKey().toUpperCase(Locale.ROOT) + " "
                                + path.getKey().replaceAll("\\{[A-Za-z]+}", "{}"));
                    }
                }
            }
            return operations;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
