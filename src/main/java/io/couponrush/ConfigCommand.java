package io.couponrush;

import io.couponrush.config.Profile;
import io.couponrush.config.SettingsLoader;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** What is in effect, and who set it. */
@Command(
        name = "config",
        description = "Prints every setting, who set it, and its value (secrets masked), then the mistakes.",
        mixinStandardHelpOptions = true)
final class ConfigCommand implements Callable<Integer> {
    private final World world;

    @Option(names = "--for", description = "dev or serve: whose defaults and rules hold (serve).")
    private Profile profile = Profile.SERVE;

    ConfigCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        Logs.readable();
        SettingsLoader loader = SettingsLoader.read(profile, world.env());
        world.out().print(loader.describe());
        world.out().flush();
        loader.check();
        return ExitCode.OK;
    }
}
