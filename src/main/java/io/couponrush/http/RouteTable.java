package io.couponrush.http;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What the router would say of a path, for answers that it does not give itself. */
final class RouteTable {
    private final Router router;

    RouteTable(Router router) {
        this.router = router;
    }

    /** The methods of a path, for {@code Allow}. */
    String allowed(String path) {
        Set<String> allowed = new TreeSet<>();
        for (Route route : router.getRoutes()) {
            Set<HttpMethod> methods = route.methods();
            if (methods != null && matches(route, path)) {
                methods.forEach(method -> allowed.add(method.name()));
            }
        }
        return String.join(", ", allowed);
    }

    /** The template of the route that takes such a request, e.g. {@code /api/coupons/events/:id}. */
    @Nullable
    String template(HttpMethod method, String path) {
        for (Route route : router.getRoutes()) {
            Set<HttpMethod> methods = route.methods();
            if ((methods == null || methods.contains(method)) && matches(route, path)) {
                return route.getPath();
            }
        }
        return null;
    }

    private static boolean matches(Route route, String path) {
        if (route.getPath() == null) {
            return false;
        }
        List<String> asked = List.of(route.getPath().split("/", -1));
        List<String> given = List.of(path.split("/", -1));
        if (asked.size() != given.size()) {
            return false;
        }
        for (int i = 0; i < asked.size(); i++) {
            if (!asked.get(i).startsWith(":") && !asked.get(i).equals(given.get(i))) {
                return false;
            }
        }
        return true;
    }
}
