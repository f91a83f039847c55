package io.couponrush.fault;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Hands one fleet to the tests of a class; when all have run, it ends, for it would go on consuming from the shared
 * broker, and the table is shown.
 */
final class OneFleet implements ParameterResolver, AfterEachCallback {

    private record Run(Optional<Fleet> fleet) implements AutoCloseable {
        @Override
        public void close() {
            fleet.ifPresent(Fleet::close);
            FaultTable.show();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
        return parameter.getParameter().getType() == Fleet.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext test) {
        Optional<Fleet> fleet = run(test).fleet();
        assumeTrue(fleet.isPresent(), "there is no redis-server on this machine");
        return fleet.orElseThrow();
    }

    /** A test that failed must not fail those after it. */
    @Override
    public void afterEach(ExtensionContext test) {
        if (test.getExecutionException().isPresent()) run(test).fleet().ifPresent(Fleet::isWell);
    }

    private static Run run(ExtensionContext test) {
        return test.getParent()
                .orElseThrow()
                .getStore(Namespace.create(OneFleet.class))
                .getOrComputeIfAbsent(Run.class, key -> new Run(Fleet.start()), Run.class);
    }
}
