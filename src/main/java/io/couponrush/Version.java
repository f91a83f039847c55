package io.couponrush;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** Which build this is, from the manifest of its jar. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"couponrush " + number()};
    }

    static String number() {
        String version = Main.class.getPackage().getImplementationVersion();
        return Objects.requireNonNullElse(version, "(not packaged)");
    }
}
