package io.couponrush;

import io.couponrush.backing.Migrations;
import io.couponrush.config.Profile;
import io.couponrush.config.Secret;
import io.couponrush.config.SettingsLoader;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;

/** The schema, before the first node of a new version starts. */
@Command(
        name = "migrate",
        description = "Brings the schema of postgres.uri up to date. Safe to repeat.",
        mixinStandardHelpOptions = true)
final class MigrateCommand implements Callable<Integer> {
    private final World world;

    MigrateCommand(World world) {
        this.world = world;
    }

    /** Asks for postgres.uri alone: who migrates need not hold the other secrets. */
    @Override
    public Integer call() {
        Logs.readable();
        Secret postgres = SettingsLoader.read(Profile.DEV, world.env())
                .settings()
                .postgres()
                .uri();
        if (postgres == null) {
            world.err().println("bad settings:\n  postgres.uri: is required by migrate");
            return ExitCode.USAGE;
        }
        int applied = Migrations.migrate(postgres.reveal());
        world.out().println(applied == 0 ? "up to date" : "migrations applied: " + applied);
        return ExitCode.OK;
    }
}
