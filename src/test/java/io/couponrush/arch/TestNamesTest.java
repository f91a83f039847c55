package io.couponrush.arch;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ImportOption;
import io.couponrush.testkit.Backends;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;

/** The name of a test says when it runs: {@code …Test} in milliseconds, {@code …IT} and {@code …Story} with servers. */
class TestNamesTest {
    private static final JavaClasses TESTS = Code.read(new ImportOption.OnlyIncludeTests());

    @Test
    void whoHoldsTestsIsNamedSoThatTheyRun() {
        Set<String> never = new TreeSet<>();
        TESTS.stream()
                .filter(type -> type.getMethods().stream().anyMatch(TestNamesTest::isTest))
                .map(TestNamesTest::topLevel)
                .filter(type -> List.of("Test", "IT", "Story").stream()
                        .noneMatch(ending -> type.getSimpleName().endsWith(ending)))
                .forEach(type -> never.add(type.getName()));
        assertThat(never).isEmpty();
    }

    @Test
    void unitTestsNeedNoServers() {
        Set<String> heavy = new TreeSet<>();
        TESTS.stream()
                .filter(type -> topLevel(type).getSimpleName().endsWith("Test"))
                .filter(type -> type.getMethodCallsFromSelf().stream()
                        .anyMatch(call -> call.getTargetOwner().isEquivalentTo(Backends.class)))
                .forEach(type -> heavy.add(type.getName()));
        assertThat(heavy).isEmpty();
    }

    @Test
    void namesAreSentences() {
        Set<String> stammering = new TreeSet<>();
        TESTS.stream()
                .flatMap(type -> type.getMethods().stream())
                .filter(TestNamesTest::isTest)
                .filter(method -> method.getName().startsWith("test"))
                .forEach(method -> stammering.add(method.getFullName()));
        assertThat(stammering).isEmpty();
    }

    private static boolean isTest(JavaMethod method) {
        return method.isAnnotatedWith(Test.class)
                || method.isAnnotatedWith(ParameterizedTest.class)
                || method.isAnnotatedWith(TestFactory.class);
    }

    private static JavaClass topLevel(JavaClass type) {
        JavaClass top = type;
        while (top.getEnclosingClass().isPresent())
            top = top.getEnclosingClass().get();
        return top;
    }
}
