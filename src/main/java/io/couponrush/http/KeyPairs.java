package io.couponrush.http;

import java.security.GeneralSecurityException;
import java.security.KeyException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.X509KeyManager;

/** Tells whether a certificate has its own key: with another one a server starts, and no client can talk to it. */
final class KeyPairs {
    private static final List<String> TYPES = List.of("RSA", "EC", "EdDSA");
    private static final byte[] TEXT = {1, 2, 3};

    private KeyPairs() {}

    /**
     * Looks at every pair.
     *
     * @throws GeneralSecurityException if there is none, or a key is not that of its certificate
     */
    static void check(KeyManagerFactory keys) throws GeneralSecurityException {
        int found = 0;
        for (KeyManager manager : keys.getKeyManagers()) {
            if (manager instanceof X509KeyManager pairs) found += check(pairs);
        }
        if (found == 0) throw new KeyException("there is no certificate with an RSA, EC or EdDSA key");
    }

    private static int check(X509KeyManager pairs) throws GeneralSecurityException {
        int found = 0;
        for (String type : TYPES) {
            String[] aliases = pairs.getServerAliases(type, null);
            for (String alias : aliases == null ? new String[0] : aliases) {
                check(pairs.getPrivateKey(alias), pairs.getCertificateChain(alias)[0].getPublicKey());
                found++;
            }
        }
        return found;
    }

    private static void check(PrivateKey key, PublicKey certified) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(algorithm(key));
        signature.initSign(key);
        signature.update(TEXT);
        byte[] signed = signature.sign();
        signature.initVerify(certified);
        signature.update(TEXT);
        if (!signature.verify(signed)) throw new KeyException("the key is not that of the certificate");
    }

    private static String algorithm(PrivateKey key) {
        return switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
    }
}
