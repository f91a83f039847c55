package io.couponrush.backing;

import com.rabbitmq.client.ConnectionFactory;
import java.net.Socket;
import java.net.URISyntaxException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Connections to the broker by {@code amqps} that know whom they talk to: the certificate has to be trusted by the JVM and
 * to name the host. By itself the client trusts everybody.
 */
public final class RabbitTls {
    private RabbitTls() {}

    /** For {@code amqp} and {@code amqps}. A URI that is none is an IllegalArgumentException that does not repeat it. */
    public static ConnectionFactory factory(String uri) {
        var factory = new ConnectionFactory();
        try {
            factory.setUri(uri);
            if (factory.isSSL()) {
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(null, new TrustManager[] {trust()}, null);
                factory.useSslProtocol(context);
            }
        } catch (URISyntaxException | GeneralSecurityException e) {
            throw new IllegalArgumentException("rabbitmq.uri", null); // its message may repeat the password
        }
        return factory;
    }

    /** Trusts as the JVM does, and looks at the host's name itself, because not every user of it asks for that. */
    public static TrustManager trust() throws GeneralSecurityException {
        TrustManagerFactory ofTheJvm = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        ofTheJvm.init((KeyStore) null);
        return Arrays.stream(ofTheJvm.getTrustManagers())
                .filter(X509ExtendedTrustManager.class::isInstance)
                .map(X509ExtendedTrustManager.class::cast)
                .map(Named::new)
                .findFirst()
                .orElseThrow(() -> new GeneralSecurityException("no trust manager for certificates"));
    }

    private static final class Named extends X509ExtendedTrustManager {
        private final X509ExtendedTrustManager trusted;

        Named(X509ExtendedTrustManager trusted) {
            this.trusted = trusted;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
                throws CertificateException {
            if (!(socket instanceof SSLSocket tls)) {
                throw new CertificateException("no host to compare the name with");
            }
            tls.setSSLParameters(named(tls.getSSLParameters()));
            trusted.checkServerTrusted(chain, authType, tls);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
                throws CertificateException {
            if (engine == null) {
                throw new CertificateException("no host to compare the name with");
            }
            engine.setSSLParameters(named(engine.getSSLParameters()));
            trusted.checkServerTrusted(chain, authType, engine);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            throw new CertificateException("no host to compare the name with");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
                throws CertificateException {
            trusted.checkClientTrusted(chain, authType, socket);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
                throws CertificateException {
            trusted.checkClientTrusted(chain, authType, engine);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            trusted.checkClientTrusted(chain, authType);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return trusted.getAcceptedIssuers();
        }

        private static SSLParameters named(SSLParameters parameters) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            return parameters;
        }
    }
}
