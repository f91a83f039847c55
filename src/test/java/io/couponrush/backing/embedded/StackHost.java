package io.couponrush.backing.embedded;

import static java.util.stream.Collectors.joining;

import io.couponrush.backing.embedded.EmbeddedStack.Part;
import io.couponrush.testkit.Footprint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.EnumSet;
import java.util.concurrent.CountDownLatch;

/** The JVM that gets killed: leaves a footprint, writes down its children's pids and waits for its end. */
final class StackHost {
    private StackHost() {}

    /** Data directory, name of the footprint, file for the pids. */
    public static void main(String[] args) throws Exception {
        var stack = EmbeddedStack.start(Path.of(args[0]), EnumSet.allOf(Part.class));
        try (var footprint = new Footprint(stack.postgresUri(), stack.redisUri(), stack.rabbitmqUri())) {
            footprint.leave(args[1]);
        }
        var pids = ProcessHandle.current()
                .descendants()
                .map(process -> Long.toString(process.pid()))
                .collect(joining("\n"));
        var draft = Path.of(args[2] + ".tmp");
        Files.writeString(draft, pids);
        Files.move(draft, Path.of(args[2]), StandardCopyOption.ATOMIC_MOVE);
        new CountDownLatch(1).await();
    }
}
