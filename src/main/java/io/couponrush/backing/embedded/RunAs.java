package io.couponrush.backing.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How to run a program that refuses uid 0 and insists on a user name: the command to put in front, the owner its files
 * need, and what {@code --version} answered under it.
 */
record RunAs(List<String> prefix, int owner, String version) {
    private static final int SAME = -1;
    private static final int NOBODY = 65534;

    /**
     * In this order: as we are; inside a user namespace, where the kernel still sees our own uid; as nobody, with the
     * one capability that lets it reach a data directory under a private home (kept for access(2) by the securebit).
     */
    private static final List<RunAs> CANDIDATES = List.of(
            new RunAs(List.of(), SAME, ""),
            new RunAs(List.of("unshare", "-U", "--"), SAME, ""),
            new RunAs(
                    List.of(
                            "setpriv",
                            "--reuid=" + NOBODY,
                            "--regid=" + NOBODY,
                            "--clear-groups",
                            "--inh-caps=-all,+dac_override",
                            "--ambient-caps=-all,+dac_override",
                            "--securebits=+no_setuid_fixup",
                            "--"),
                    NOBODY,
                    ""));

    private static final String PROBE = "id -un >/dev/null && test \"$(id -u)\" -ne 0 && exec \"$0\" --version";

    /** The first candidate under which the program says its version. */
    static RunAs probe(Path program) {
        var answers = new ArrayList<String>();
        for (var candidate : CANDIDATES) {
            var probe = Command.run(candidate.around(List.of("sh", "-c", PROBE, program.toString())));
            if (probe.ok()) return new RunAs(candidate.prefix, candidate.owner, probe.output());
            answers.add(candidate.name() + ": " + probe.told());
        }
        throw new EmbeddedStackException(program + " runs neither as this user (it refuses root, and a user without"
                + " a name) nor through unshare or setpriv: " + String.join("; ", answers));
    }

    private String name() {
        return prefix.isEmpty() ? "as this user" : prefix.get(0);
    }

    List<String> around(List<String> command) {
        return Command.concat(List.of(prefix, command));
    }

    /** Gives a tree to the owner under which the program will run; it may have run under another one before. */
    void own(Path tree) throws IOException {
        var mine = Files.getAttribute(tree.resolveSibling("."), "unix:uid");
        Object wanted = owner == SAME ? mine : Integer.valueOf(owner);
        if (wanted.equals(Files.getAttribute(tree, "unix:uid"))) return;
        try (var paths = Files.walk(tree)) {
            for (var path : paths.toList()) Files.setAttribute(path, "unix:uid", wanted);
        }
    }
}
