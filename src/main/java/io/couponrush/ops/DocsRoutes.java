package io.couponrush.ops;

import io.couponrush.http.Contract;
import io.couponrush.http.Routes;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;

/** The API document, plain and rendered. Everything the page needs is served from here. */
public final class DocsRoutes implements Routes {
    private static final String VERSION = "/META-INF/maven/org.webjars/swagger-ui/pom.properties";
    private static final String PAGE = "/docs/index.html";
    /** The renderer styles its elements inline and draws icons from data; nothing else is let in. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
            + "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final Contract contract;
    private final Map<String, String> files;

    public DocsRoutes(Contract contract) {
        this.contract = contract;
        String ui = "/META-INF/resources/webjars/swagger-ui/" + version() + "/";
        this.files = Map.of(
                "start.js", "/docs/start.js",
                "swagger-ui.css", ui + "swagger-ui.css",
                "swagger-ui-bundle.js", ui + "swagger-ui-bundle.js");
    }

    @Override
    public void mount(Router router) {
        Buffer document = contract.text();
        router.get("/openapi.yaml").handler(ctx -> send(ctx, "application/yaml; charset=utf-8", document));
        router.get("/docs").handler(ctx -> serve(ctx, PAGE));
        router.get("/docs/:file").handler(this::file);
    }

    private void file(RoutingContext ctx) {
        String resource = files.get(ctx.pathParam("file"));
        if (resource == null) {
            ctx.fail(404);
        } else {
            serve(ctx, resource);
        }
    }

    private static void serve(RoutingContext ctx, String resource) {
        ctx.vertx()
                .executeBlocking(() -> read(resource), false)
                .onSuccess(bytes -> send(ctx, type(resource), Buffer.buffer(bytes)))
                .onFailure(ctx::fail);
    }

    private static void send(RoutingContext ctx, String type, Buffer content) {
        ctx.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, type)
                .putHeader(HttpHeaders.CACHE_CONTROL, "public, max-age=300")
                .putHeader("Content-Security-Policy", POLICY)
                .end(content)
                .onFailure(gone -> {}); // the client has left
    }

    private static String type(String resource) {
        if (resource.endsWith(".js")) {
            return "text/javascript; charset=utf-8";
        }
        return resource.endsWith(".css") ? "text/css; charset=utf-8" : "text/html; charset=utf-8";
    }

    private static String version() {
        var properties = new Properties();
        try (InputStream in = open(VERSION)) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }

    private static byte[] read(String resource) throws IOException {
        try (InputStream in = open(resource)) {
            return in.readAllBytes();
        }
    }

    private static InputStream open(String resource) {
        return Objects.requireNonNull(DocsRoutes.class.getResourceAsStream(resource), resource);
    }
}
