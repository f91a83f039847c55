package io.couponrush.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordingFile;

/** Adds a flight recording up: where the samples of running Java code were, and what was allocated. */
final class HotSpots {
    private static final int TOP = 20;
    private static final int FEW = 8;

    private final Tally methods = new Tally();
    private final Tally packages = new Tally();
    private final Tally ours = new Tally();
    private final Tally reached = new Tally();
    private final Tally threads = new Tally();
    private final Tally nativeMethods = new Tally();
    private final Tally classes = new Tally();
    private final Tally sites = new Tally();
    private final Tally compiled = new Tally();
    private final Tally deoptimised = new Tally();
    private final Set<Long> allocators = new HashSet<>();

    private HotSpots() {}

    /** Arguments: the recording; with {@code page} after it, only what is worth a page is printed, as a list. */
    public static void main(String[] args) throws IOException {
        var spots = new HotSpots();
        try (var recording = new RecordingFile(Path.of(args[0]))) {
            while (recording.hasMoreEvents()) {
                spots.add(recording.readEvent());
            }
        }
        if (args.length > 1) spots.page();
        else spots.all();
    }

    private void page() {
        System.out.println("- Java was running in the packages " + packages.few());
        System.out.println("- and in the methods " + methods.few());
        System.out.println("- allocated by (first frame outside the JDK) " + sites.few());
    }

    private void all() {
        methods.print("methods that were running (top frame)");
        packages.print("packages that were running (top frame)");
        ours.print("methods of the service, with all that they called", methods.total);
        reached.print("packages, with all that they called", methods.total);
        threads.print("threads that were running Java code");
        nativeMethods.print(
                "native methods, without waiting (one thread is looked at a time: compare only among these)");
        compiled.print("methods whose compilation took long, in ms: many mean that it was not warm yet");
        deoptimised.print("compiled code thrown away");
        classes.print("classes allocated, by bytes");
        sites.print("methods that allocate, by bytes (first frame outside the JDK)");
    }

    private void add(RecordedEvent event) {
        switch (event.getEventType().getName()) {
            case "jdk.Compilation" -> compiled.add(
                    name(event.getValue("method")), event.getDuration().toMillis());
            case "jdk.Deoptimization" -> deoptimised.add(
                    event.getString("reason") + " in " + name(event.getValue("method")), 1);
            default -> addStack(event);
        }
    }

    private void addStack(RecordedEvent event) {
        if (event.getStackTrace() == null) {
            return;
        }
        List<RecordedFrame> frames = event.getStackTrace().getFrames();
        if (frames.isEmpty()) {
            return;
        }
        switch (event.getEventType().getName()) {
            case "jdk.ExecutionSample" -> running(event, frames);
            case "jdk.NativeMethodSample" -> inNative(frames.get(0).getMethod());
            case "jdk.ObjectAllocationSample" -> allocated(event, frames);
            default -> {}
        }
    }

    private void running(RecordedEvent event, List<RecordedFrame> frames) {
        RecordedMethod top = frames.get(0).getMethod();
        methods.add(name(top), 1);
        packages.add(packageOf(top), 1);
        Set<String> seen = new HashSet<>();
        for (RecordedFrame frame : frames) {
            String name = name(frame.getMethod());
            if (name.startsWith("io.couponrush.") && !name.contains("$$Lambda") && seen.add(name)) {
                ours.add(name, 1);
            }
            String owner = packageOf(frame.getMethod());
            if (seen.add(owner)) {
                reached.add(owner, 1);
            }
        }
        threads.add(event.getThread("sampledThread").getJavaName().replaceAll("-\\d+$", "-*"), 1);
    }

    private void inNative(RecordedMethod top) {
        String name = name(top);
        if (!name.matches(
                ".*(EPoll\\.wait|Net\\.accept|Net\\.poll|waitForProcessExit0|\\.read0|WatchService\\.poll|\\.park).*")) {
            nativeMethods.add(name, 1);
        }
    }

    private void allocated(RecordedEvent event, List<RecordedFrame> frames) {
        if (allocators.add(event.getThread().getId())) {
            return; // the first of a thread weighs all that it allocated before
        }
        long weight = event.getLong("weight");
        classes.add(event.getClass("objectClass").getName(), weight);
        sites.add(
                frames.stream()
                        .map(frame -> name(frame.getMethod()))
                        .filter(name -> !name.startsWith("java.") && !name.startsWith("jdk."))
                        .findFirst()
                        .orElse("the JDK alone"),
                weight);
    }

    private static String name(RecordedMethod method) {
        return method.getType().getName() + "." + method.getName();
    }

    /** Four steps deep at most, which tells the modules of a library apart. */
    private static String packageOf(RecordedMethod method) {
        String[] steps = method.getType().getName().split("\\.");
        int depth = Math.min(steps.length - 1, 4);
        return depth < 1 ? "(none)" : String.join(".", List.of(steps).subList(0, depth));
    }

    /** Weights by name, and their sum. */
    private static final class Tally {
        private final Map<String, Long> weights = new HashMap<>();
        private long total;

        void add(String name, long weight) {
            weights.merge(name, weight, Long::sum);
            total += weight;
        }

        void print(String title) {
            print(title, total);
        }

        /** The heaviest with their parts of all, in one line. */
        String few() {
            return heaviest(FEW)
                    .map(e -> String.format(
                            Locale.ROOT, "`%s` %.1f %%", shortened(e.getKey()), 100.0 * e.getValue() / total))
                    .collect(Collectors.joining(", "));
        }

        /** A method without its package; a package as it is. */
        private static String shortened(String name) {
            return name.replaceFirst("^.*\\.(?=[A-Z][^.]*\\.)", "");
        }

        private Stream<Map.Entry<String, Long>> heaviest(int count) {
            return weights.entrySet().stream()
                    .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                    .limit(count);
        }

        /** As parts of a whole that is not their sum, because they overlap. */
        void print(String title, long whole) {
            System.out.printf("%n%s; %d in all%n", title, whole);
            heaviest(TOP).forEach(e -> System.out.printf("  %5.1f %%  %s%n", 100.0 * e.getValue() / whole, e.getKey()));
        }
    }
}
