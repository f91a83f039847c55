package io.couponrush.config;

import io.netty.util.NetUtil;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What addresses, origins and e-mails look like. Looks nothing up. */
final class Shapes {
    private static final Pattern EMAIL = Pattern.compile("[^@\\s]{1,64}@[^@\\s.]+(\\.[^@\\s.]+)+");
    private static final Pattern CIDR = Pattern.compile("([^/]+)/(\\d{1,3})");
    private static final Pattern MEMBER = Pattern.compile("([A-Za-z0-9._-]+|\\[[0-9a-fA-F:.]+])(:\\d{1,5})?");

    private Shapes() {}

    static boolean isEmail(String text) {
        return text.length() <= 254 && EMAIL.matcher(text).matches();
    }

    static boolean isAddressOrBlock(String text) {
        Matcher block = CIDR.matcher(text);
        if (!block.matches()) return address(text) != null;
        byte[] address = address(block.group(1));
        return address != null && Integer.parseInt(block.group(2)) <= address.length * Byte.SIZE;
    }

    static boolean isMember(String text) {
        return MEMBER.matcher(text).matches();
    }

    /** Scheme, host and port as browsers send it: no path, not even a slash. */
    static boolean isOrigin(String text) {
        try {
            URI uri = new URI(text);
            boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            return web && uri.getHost() != null && text.equals(uri.getScheme() + "://" + uri.getRawAuthority());
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** An absolute URL of either scheme, without a user, a password or a fragment. */
    static boolean isHttp(String text) {
        try {
            URI uri = new URI(text);
            boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            return web && uri.getHost() != null && uri.getRawUserInfo() == null && uri.getRawFragment() == null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** An absolute URL that nobody on the way can read, or that does not leave this machine; without a fragment. */
    static boolean isHttpsOrLoopback(String text) {
        try {
            URI uri = new URI(text);
            boolean loopback = "localhost".equals(uri.getHost())
                    || "127.0.0.1".equals(uri.getHost())
                    || "[::1]".equals(uri.getHost());
            boolean safe = "https".equals(uri.getScheme()) || ("http".equals(uri.getScheme()) && loopback);
            return safe && uri.getHost() != null && uri.getRawUserInfo() == null && uri.getRawFragment() == null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** A name, or an address that nobody outside can reach. */
    static boolean isPrivateHost(String text) {
        byte[] address = address(text);
        if (address == null) return MEMBER.matcher(text).matches();
        int first = address[0] & 0xff;
        int second = address[1] & 0xff;
        if (address.length == 16)
            return (first & 0xfe) == 0xfc || (first == 0xfe && (second & 0xc0) == 0x80) || isOne(address);
        return switch (first) {
            case 10, 127 -> true;
            case 172 -> (second & 0xf0) == 16;
            case 192 -> second == 168;
            case 169 -> second == 254;
            case 100 -> (second & 0xc0) == 64;
            default -> false;
        };
    }

    private static boolean isOne(byte[] address) {
        int sum = 0;
        for (byte part : address) sum += part & 0xff;
        return sum == 1 && address[15] == 1;
    }

    private static byte @Nullable [] address(String text) {
        return NetUtil.createByteArrayFromIpAddressString(text);
    }
}
