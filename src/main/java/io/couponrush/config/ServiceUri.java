package io.couponrush.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.util.NetUtil;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import org.jspecify.annotations.Nullable;

/**
 * {@code scheme://user:password@host:port/path?query}, taken apart. Port -1 is the service's usual one; path comes without
 * its first slash, query as written.
 */
public record ServiceUri(
        String scheme,
        @Nullable String user,
        @Nullable Secret password,
        String host,
        int port,
        String path,
        @Nullable String query) {

    /** The message never repeats the text: it holds a password. */
    public static ServiceUri parse(Secret text) {
        URI uri = uri(text);
        String scheme = uri.getScheme();
        String host = uri.getHost();
        if (scheme == null || host == null) {
            throw new IllegalArgumentException("is not scheme://user:password@host:port/path");
        }
        @Nullable String info = uri.getRawUserInfo();
        int colon = info == null ? -1 : info.indexOf(':');
        @Nullable String user = info == null ? null : colon < 0 ? info : info.substring(0, colon);
        @Nullable Secret password = info == null || colon < 0 ? null : new Secret(decoded(info.substring(colon + 1)));
        String rawPath = uri.getRawPath();
        String path = rawPath.startsWith("/") ? decoded(rawPath.substring(1)) : "";
        return new ServiceUri(
                scheme,
                user == null || user.isEmpty() ? null : decoded(user),
                password == null || password.reveal().isEmpty() ? null : password,
                host,
                uri.getPort(),
                path,
                uri.getRawQuery());
    }

    public int portOr(int usual) {
        return port < 0 ? usual : port;
    }

    /** For messages: where, not who. */
    public String place(int usualPort) {
        return host + ":" + portOr(usualPort);
    }

    /** A name that only looks like an address is none. */
    boolean isLoopback() {
        boolean four = NetUtil.isValidIpV4Address(host) && host.startsWith("127.");
        return four || host.equals("localhost") || host.equals("[::1]");
    }

    private static URI uri(Secret text) {
        try {
            return new URI(text.reveal());
        } catch (URISyntaxException e) {
            // Neither message nor cause: both repeat the text.
            throw new IllegalArgumentException("is not a URI; are special characters of the password %-encoded?");
        }
    }

    private static String decoded(String raw) {
        return URLDecoder.decode(raw.replace("+", "%2B"), UTF_8);
    }
}
