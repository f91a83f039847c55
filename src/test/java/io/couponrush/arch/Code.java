package io.couponrush.arch;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

/** The compiled classes of this project, read once. */
final class Code {
    static final String ROOT = "io.couponrush";

    static final JavaClasses MAIN = read(new ImportOption.DoNotIncludeTests());

    private Code() {}

    static JavaClasses read(ImportOption which) {
        return new ClassFileImporter().withImportOption(which).importPackages(ROOT);
    }
}
