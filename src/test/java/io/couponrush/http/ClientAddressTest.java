package io.couponrush.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.lang.reflect.Proxy;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientAddressTest {
    private static final ClientAddress BEHIND =
            new ClientAddress(List.of("10.0.0.0/8", "192.168.1.1", "2001:db8::/32"));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "203.0.113.9 | 6.6.6.6 | 203.0.113.9",
                "203.0.113.9 | - | 203.0.113.9",
                "10.0.0.1 | - | 10.0.0.1",
                "10.0.0.1 | 6.6.6.6, 203.0.113.9 | 203.0.113.9",
                "10.0.0.1 | 6.6.6.6, 203.0.113.9, 10.2.3.4, 192.168.1.1 | 203.0.113.9",
                "10.0.0.1 | 10.9.9.9, 10.2.3.4 | 10.9.9.9",
                "10.0.0.1 | 203.0.113.9:4711 | 203.0.113.9",
                "10.0.0.1 | [2001:dead::1]:443 | 2001:dead::/64",
                "10.0.0.1 | 2001:dead:1:2:3:4:5:6 | 2001:dead:1:2::/64",
                "10.0.0.1 | 2001:dead:1:2:ffff:4:5:7 | 2001:dead:1:2::/64",
                "10.0.0.1 | ::ffff:203.0.113.9 | 203.0.113.9",
                "::ffff:10.0.0.1 | 203.0.113.9 | 203.0.113.9",
                "2001:db8::1 | 203.0.113.9 | 203.0.113.9",
                "192.168.1.2 | 203.0.113.9 | 192.168.1.2",
                "10.0.0.1 | 6.6.6.6, unknown | 10.0.0.1",
                "10.0.0.1 | 6.6.6.6, _hidden, 10.2.3.4 | 10.2.3.4",
                "11.0.0.1 | 203.0.113.9 | 11.0.0.1"
            })
    void believesOnlyTheProxiesItKnows(String peer, String header, String client) {
        assertThat(BEHIND.of(request(peer, header == null ? new String[0] : new String[] {header})))
                .isEqualTo(client);
    }

    @Test
    void readsSeveralHeadersAsOne() {
        assertThat(BEHIND.of(request("10.0.0.1", "6.6.6.6", "203.0.113.9", "10.1.1.1")))
                .isEqualTo("203.0.113.9");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",",
                ",,,",
                " ",
                "[",
                "[]",
                "]",
                "::::",
                "[::1",
                "1.2.3",
                "1.2.3.4.5",
                "999.1.1.1",
                "localhost",
                ":80",
                "1.2.3.4,",
                "%",
                "fe80::1%eth0%",
                "\u0000",
                "١.٢.٣.٤",
                "0x7f.1",
                "for=1.2.3.4",
                "1.2.3.4;5.6.7.8"
            })
    void keepsToTheProxyWhenTheHeaderIsGarbage(String header) {
        assertThat(BEHIND.of(request("10.0.0.1", header))).isIn("10.0.0.1", "fe80::/64");
    }

    @Test
    void hasAKeyForPeersWithoutAddress() {
        assertThat(BEHIND.of(request(SocketAddress.domainSocketAddress("/tmp/x"), MultiMap.caseInsensitiveMultiMap())))
                .isEqualTo("local");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "proxy", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "::/129", "10.0.0.0/"})
    void refusesBadSettings(String proxy) {
        assertThatThrownBy(() -> new ClientAddress(List.of(proxy))).isInstanceOf(IllegalArgumentException.class);
    }

    private static HttpServerRequest request(String peer, String... forwardedFor) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        for (String value : forwardedFor) {
            headers.add("x-forwarded-for", value);
        }
        return request(SocketAddress.inetSocketAddress(4711, peer), headers);
    }

    private static HttpServerRequest request(SocketAddress peer, MultiMap headers) {
        return (HttpServerRequest) Proxy.newProxyInstance(
                ClientAddressTest.class.getClassLoader(),
                new Class<?>[] {HttpServerRequest.class},
                (proxy, method, args) -> method.getName().equals("remoteAddress") ? peer : headers);
    }
}
