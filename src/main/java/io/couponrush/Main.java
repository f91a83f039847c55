package io.couponrush;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.couponrush.config.BadSettings;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParseResult;

/** The command line. Exit codes: 0 stopped on request, 1 failed or lost for good, 2 bad settings or arguments. */
@Command(
        name = "couponrush",
        description = "First come, first served coupons.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
public final class Main implements Callable<Integer> {
    private static final int FAILED = CommandLine.ExitCode.SOFTWARE;
    private static final int BAD_USAGE = CommandLine.ExitCode.USAGE;

    private final World world;

    private Main(World world) {
        this.world = world;
    }

    public static void main(String[] args) {
        PrintWriter out = new PrintWriter(System.out, true, UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, UTF_8);
        int code = commandLine(new World(System.getenv(), out, err)).execute(args);
        Logs.flush();
        System.exit(code);
    }

    static CommandLine commandLine(World world) {
        return new CommandLine(new Main(world))
                .addSubcommand(new DevCommand(world))
                .addSubcommand(new ServeCommand(world))
                .addSubcommand(new MigrateCommand(world))
                .addSubcommand(new ConfigCommand(world))
                .addSubcommand(new DoctorCommand(world))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(Main::explain)
                .setOut(world.out())
                .setErr(world.err());
    }

    /** Without a command there is nothing to do but say which there are. */
    @Override
    public Integer call() {
        commandLine(world).usage(world.err());
        return BAD_USAGE;
    }

    private static int explain(Exception failure, CommandLine command, ParseResult arguments) {
        boolean badSettings = failure instanceof BadSettings;
        command.getErr().println(badSettings ? failure.getMessage() : "couponrush: " + Failures.inOneLine(failure));
        return badSettings ? BAD_USAGE : FAILED;
    }
}
