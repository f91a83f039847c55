package io.couponrush.issuance;

import io.couponrush.issuance.SimulatedPostgres.Campaign;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** Staff that changes a campaign in the middle of the rush, within what {@code campaign.Edit} and {@code Patch} allow. */
final class SimulatedStaff {
    private final Scheduler scheduler;
    private final SimulatedPostgres postgres;
    private final Consumer<Campaign> changed;
    private final SplittableRandom random;

    /**
     * Makes staff that does nothing yet.
     *
     * @param changed told after each commit: now the nodes have to hear of it
     */
    SimulatedStaff(Scheduler scheduler, SimulatedPostgres postgres, Consumer<Campaign> changed) {
        this.scheduler = scheduler;
        this.postgres = postgres;
        this.changed = changed;
        this.random = scheduler.random();
    }

    void act(long event) {
        Campaign c = postgres.campaign(event);
        long now = now();
        if (c.end() <= now) {
            return;
        }
        switch (random.nextInt(c.restricted() ? 15 : 11)) {
            case 0, 1, 2 -> pauseForAWhile(event);
            case 3, 4, 5, 6 -> resize(event, c);
            case 7, 8 -> limit(event, c);
            case 9 -> move(event, c, now);
            case 11, 12 -> c.invite(1L + random.nextInt(4)); // nobody has to be told
            case 13, 14 -> change(event, campaign -> campaign.remove(1L + random.nextInt(4)));
            default -> change(event, campaign -> campaign.window(Math.min(campaign.start(), now - 1), now));
        }
    }

    void resume(long event) {
        Campaign c = postgres.campaign(event);
        if (c.paused() && c.end() > now()) {
            change(event, campaign -> campaign.pause(false));
        }
    }

    private void pauseForAWhile(long event) {
        change(event, c -> c.pause(true));
        scheduler.after(scheduler.delay(Scheduler.S), () -> resume(event));
    }

    private void resize(long event, Campaign c) {
        int spare = c.total() - c.issued();
        int by = random.nextBoolean() ? 1 + random.nextInt(3) : -Math.min(spare, random.nextInt(3));
        change(event, campaign -> campaign.resize(campaign.total() + by));
    }

    /** What users may have becomes less only before the first of them has something. */
    private void limit(long event, Campaign c) {
        int max = c.issued() == 0 ? 1 + random.nextInt(3) : c.max() + 1;
        change(event, campaign -> campaign.limit(max));
    }

    /** So does the start move. */
    private void move(long event, Campaign c, long now) {
        long start = c.issued() == 0 ? now - 100 + random.nextInt(700) : c.start();
        long end = random.nextBoolean() ? c.end() : Math.max(start, now) + 1 + random.nextInt(2_000);
        if (end > start) {
            change(event, campaign -> campaign.window(start, end));
        }
    }

    private void change(long event, Consumer<Campaign> edit) {
        postgres.change(event, edit);
        changed.accept(postgres.campaign(event));
    }

    private long now() {
        return scheduler.now() / Scheduler.MS;
    }
}
