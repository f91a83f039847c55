package io.couponrush.backing.embedded;

import java.util.List;

/** Which of the two util-linux tools that tie a child to its JVM are here; macOS has neither. */
record LifeLine(boolean hasSetsid, boolean hasSetpriv) {

    static LifeLine available() {
        return Probed.LIFE_LINE;
    }

    /** An own session, so that Ctrl-C in a terminal reaches the JVM only, which stops its children when it is done. */
    List<String> ownSession() {
        return hasSetsid ? List.of("setsid") : List.of();
    }

    /** Must stand last before the program: a change of user on the way would clear it. */
    List<String> dyingBy(String signal) {
        return hasSetpriv ? List.of("setpriv", "--pdeathsig", signal, "--") : List.of();
    }

    private static final class Probed {
        static final LifeLine LIFE_LINE = new LifeLine(
                Command.run(List.of("setsid", "true")).ok(),
                Command.run(List.of("setpriv", "--pdeathsig", "TERM", "--", "true"))
                        .ok());
    }
}
