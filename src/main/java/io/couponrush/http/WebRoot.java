package io.couponrush.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The shop's page at {@code /} and the files it is made of, read once. The page is asked for anew each time; its files
 * lie under a name that changes with their content, so that they are asked for once.
 */
public final class WebRoot implements Routes {
    static final List<String> FILES =
            List.of("api.js", "app.js", "i18n.js", "icon.svg", "live.js", "state.js", "style.css", "view.js");

    private static final Map<String, String> TYPES = Map.of(
            "js", "text/javascript; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "svg", "image/svg+xml",
            "html", "text/html; charset=utf-8");
    private static final String ASK_AGAIN = "no-cache";
    private static final String FOR_EVER = "public, max-age=31536000, immutable";

    private final Map<String, Content> files = new TreeMap<>();
    private final Content page;
    private final String version;

    private record Content(Buffer bytes, String type, String tag) {}

    public WebRoot() {
        FILES.forEach(name -> files.put(name, content(name, read(name))));
        version = hash(String.join("", files.values().stream().map(Content::tag).toList())
                .getBytes(StandardCharsets.US_ASCII));
        String html = new String(read("index.html"), StandardCharsets.UTF_8);
        page = content(
                "index.html",
                html.replace("\"assets/", "\"/assets/" + version + "/").getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void mount(Router router) {
        router.route("/").method(HttpMethod.GET).method(HttpMethod.HEAD).handler(ctx -> send(ctx, page, ASK_AGAIN));
        router.route("/assets/:version/:file")
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .handler(this::file);
    }

    /** Under a name of another version, as a page of a node with another version has it, nobody may keep it. */
    private void file(RoutingContext ctx) {
        Content file = files.get(ctx.pathParam("file"));
        if (file == null) {
            ctx.fail(404);
        } else {
            send(ctx, file, version.equals(ctx.pathParam("version")) ? FOR_EVER : ASK_AGAIN);
        }
    }

    private static void send(RoutingContext ctx, Content content, String caching) {
        var response =
                ctx.response().putHeader(HttpHeaders.ETAG, content.tag()).putHeader(HttpHeaders.CACHE_CONTROL, caching);
        if (content.tag().equals(ctx.request().getHeader(HttpHeaders.IF_NONE_MATCH))) {
            response.setStatusCode(304).end().onFailure(gone -> {});
        } else {
            response.putHeader(HttpHeaders.CONTENT_TYPE, content.type())
                    .end(content.bytes())
                    .onFailure(gone -> {}); // the client has left
        }
    }

    private static Content content(String name, byte[] bytes) {
        String type = Objects.requireNonNull(TYPES.get(name.substring(name.indexOf('.') + 1)), name);
        return new Content(Buffer.buffer(bytes), type, "\"" + hash(bytes) + "\"");
    }

    private static String hash(byte[] bytes) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e); // every JDK has it
        }
    }

    private static byte[] read(String name) {
        try (InputStream in = WebRoot.class.getResourceAsStream("/webroot/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
