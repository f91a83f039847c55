package io.couponrush.http;

import static java.util.Objects.requireNonNull;

import io.couponrush.config.ServerTls;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS of one server: TLS 1.2 and 1.3 with ciphers that forget their keys, HTTP/2 or HTTP/1.1 as the client likes, and a
 * certificate whose files may be replaced while it runs. Files that do not fit together change nothing.
 */
final class Tls {
    private static final Logger LOG = LoggerFactory.getLogger(Tls.class);
    private static final int FILE_MAX = 256 * 1024;
    private static final long READ_MS = 5_000;
    private static final List<String> CIPHERS = List.of(
            "TLS_AES_256_GCM_SHA384",
            "TLS_AES_128_GCM_SHA256",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private final Vertx vertx;
    private final ServerTls settings;
    private final Duration handshakeTimeout;

    Tls(Vertx vertx, ServerTls settings, Duration handshakeTimeout) {
        this.vertx = vertx;
        this.settings = settings;
        this.handshakeTimeout = handshakeTimeout;
    }

    /** Adds it to what a server is made of; fails when the files hold no certificate with its key. */
    Future<HttpServerOptions> into(HttpServerOptions options) {
        options.setSsl(true)
                .setUseAlpn(true)
                .setEnabledSecureTransportProtocols(Set.of("TLSv1.2", "TLSv1.3"))
                .setSslHandshakeTimeout(handshakeTimeout.toMillis())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
        CIPHERS.forEach(options::addEnabledCipherSuite);
        return read().map(options::setKeyCertOptions);
    }

    /** From now on new connections are shown what the files hold; those that are open stay as they are. */
    void keepLooking(HttpServer server, HttpServerOptions options) {
        vertx.setTimer(settings.reload().toMillis(), timer -> look(server, options));
    }

    private void look(HttpServer server, HttpServerOptions options) {
        read().compose(found -> take(server, options, found))
                .onFailure(e -> LOG.warn("http.tls: the certificate stays as it was: {}", e.getMessage()))
                .onComplete(done -> keepLooking(server, options));
    }

    private static Future<Void> take(HttpServer server, HttpServerOptions options, PemKeyCertOptions found) {
        if (found.equals(options.getKeyCertOptions())) {
            return Future.succeededFuture();
        }
        return server.updateSSLOptions(options.getSslOptions().copy().setKeyCertOptions(found))
                .onSuccess(changed -> {
                    options.setKeyCertOptions(found);
                    LOG.atInfo().addKeyValue("action", "tls.reload").log("http.tls: another certificate");
                })
                .mapEmpty();
    }

    private Future<PemKeyCertOptions> read() {
        return vertx.executeBlocking(
                        () -> {
                            var pem = new PemKeyCertOptions()
                                    .addCertValue(content(requireNonNull(settings.certificate())))
                                    .addKeyValue(content(requireNonNull(settings.key())));
                            KeyPairs.check(pem.getKeyManagerFactory(vertx));
                            return pem;
                        },
                        false)
                .timeout(READ_MS, TimeUnit.MILLISECONDS);
    }

    private static Buffer content(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(FILE_MAX + 1);
            if (bytes.length > FILE_MAX) throw new IOException(file + " is larger than " + FILE_MAX + " bytes");
            return Buffer.buffer(bytes);
        }
    }
}
