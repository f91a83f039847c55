package io.couponrush;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** Which build this is, from the manifest of its jar. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = Main.class.getPackage().getImplementationVersion();
        return new String[] {"couponrush " + Objects.requireNonNullElse(version, "(not packaged)")};
    }
}
