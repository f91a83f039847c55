package io.couponrush.http;

import io.netty.util.NetUtil;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end, as a key for limits: the peer of the socket or, behind trusted proxies, the rightmost hop of
 * {@code X-Forwarded-For} that is none of them. What stands left of that hop is the client's own writing. IPv6
 * addresses of one /64 are one client.
 */
public final class ClientAddress {
    private static final String FORWARDED_FOR = "X-Forwarded-For";
    private static final String FORWARDED_PROTO = "X-Forwarded-Proto";
    private static final String NO_ADDRESS = "local";
    private static final int IPV4_BYTES = 4;
    private static final int PREFIX_BYTES = 8;

    private final List<Network> trusted;

    /**
     * Knows whom to believe.
     *
     * @param trustedProxies addresses or CIDR blocks
     */
    public ClientAddress(List<String> trustedProxies) {
        this.trusted = trustedProxies.stream().map(Network::parse).toList();
    }

    /** Never throws, whatever the headers hold. */
    public String of(HttpServerRequest request) {
        byte[] address = peer(request);
        if (address == null) {
            return NO_ADDRESS;
        }
        if (trusted.isEmpty() || !isTrusted(address)) {
            return key(address);
        }
        return key(behind(address, request.headers().getAll(FORWARDED_FOR)));
    }

    /** Whether a trusted proxy says that the client's own line is encrypted. Never throws. */
    boolean saysHttps(HttpServerRequest request) {
        if (trusted.isEmpty() || !"https".equalsIgnoreCase(request.getHeader(FORWARDED_PROTO))) {
            return false;
        }
        byte[] address = peer(request);
        return address != null && isTrusted(address);
    }

    private static byte @Nullable [] peer(HttpServerRequest request) {
        SocketAddress peer = request.remoteAddress();
        String host = peer == null ? null : peer.hostAddress();
        return host == null ? null : bytes(host);
    }

    private byte[] behind(byte[] proxy, List<String> headers) {
        byte[] nearest = proxy;
        for (int i = headers.size() - 1; i >= 0; i--) {
            String[] hops = headers.get(i).split(",", -1);
            for (int j = hops.length - 1; j >= 0; j--) {
                byte[] hop = hop(hops[j].strip());
                if (hop == null) {
                    return nearest; // not an address: whoever wrote it is the last one known
                }
                if (!isTrusted(hop)) {
                    return hop;
                }
                nearest = hop;
            }
        }
        return nearest;
    }

    private boolean isTrusted(byte[] address) {
        for (Network network : trusted) {
            if (network.holds(address)) {
                return true;
            }
        }
        return false;
    }

    private static byte @Nullable [] hop(String text) {
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            return end < 0 ? null : bytes(text.substring(1, end));
        }
        int colon = text.indexOf(':');
        boolean withPort = colon >= 0 && colon == text.lastIndexOf(':');
        return bytes(withPort ? text.substring(0, colon) : text);
    }

    /** IPv4 mapped into IPv6 is IPv4. Names are not looked up. */
    private static byte @Nullable [] bytes(String text) {
        int scope = text.indexOf('%');
        String plain = scope < 0 ? text : text.substring(0, scope);
        byte[] address = NetUtil.createByteArrayFromIpAddressString(plain);
        if (address == null || address.length == IPV4_BYTES) {
            return address;
        }
        for (int i = 0; i < 12; i++) {
            if (address[i] != (i < 10 ? 0 : (byte) 0xff)) {
                return address;
            }
        }
        return Arrays.copyOfRange(address, 12, 16);
    }

    private static String key(byte[] address) {
        if (address.length == IPV4_BYTES) {
            return NetUtil.bytesToIpAddress(address);
        }
        byte[] prefix = Arrays.copyOf(Arrays.copyOf(address, PREFIX_BYTES), address.length);
        return NetUtil.bytesToIpAddress(prefix) + "/64";
    }

    /** Addresses that share their first bits. */
    private static final class Network {
        private final byte[] address;
        private final int bits;

        private Network(byte[] address, int bits) {
            this.address = address;
            this.bits = bits;
        }

        static Network parse(String text) {
            int slash = text.indexOf('/');
            byte[] address =
                    bytes(slash < 0 ? text.strip() : text.substring(0, slash).strip());
            if (address == null) {
                throw new IllegalArgumentException("http.trustedProxies: not an address or CIDR block: " + text);
            }
            int width = address.length * Byte.SIZE;
            int bits = slash < 0 ? width : bits(text, slash);
            if (bits < 0 || bits > width) {
                throw new IllegalArgumentException("http.trustedProxies: not an address or CIDR block: " + text);
            }
            return new Network(address, bits);
        }

        private static int bits(String text, int slash) {
            try {
                return Integer.parseInt(text.substring(slash + 1).strip());
            } catch (NumberFormatException e) {
                return -1;
            }
        }

        boolean holds(byte[] other) {
            if (other.length != address.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >> (bit % Byte.SIZE);
                if (((address[bit / Byte.SIZE] ^ other[bit / Byte.SIZE]) & mask) != 0) {
                    return false;
                }
            }
            return true;
        }
    }
}
