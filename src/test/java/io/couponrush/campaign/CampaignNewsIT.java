package io.couponrush.campaign;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import io.couponrush.BareNodes;
import io.couponrush.bus.Addresses;
import io.couponrush.bus.StockTurned;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** Time stands still here, so that nothing is forgotten by age: only by what another node says. */
class CampaignNewsIT {
    private static final long EVENT = 1;

    /** What a node remembers. */
    private record Memory(Campaigns campaigns, SoldOutFlags flags) {
        Memory() {
            this(new Campaigns(id -> Future.succeededFuture(Sample.campaign()), () -> 0), new SoldOutFlags(() -> 0));
        }
    }

    @Test
    void everyNodeHearsOfChangesAndOfTurns() throws TimeoutException {
        try (var nodes = BareNodes.start(2)) {
            var memories = List.of(new Memory(), new Memory());
            for (int i = 0; i < memories.size(); i++) {
                Memory memory = memories.get(i);
                new CampaignNews(nodes.get(i).eventBus())
                        .listen(memory.campaigns, memory.flags)
                        .await(5, SECONDS);
                memory.campaigns.find(EVENT).await(1, SECONDS);
            }
            new CampaignNews(nodes.get(0).eventBus()).changed(EVENT, 2);
            await().until(() -> memories.stream().allMatch(memory -> memory.campaigns.known(EVENT) == null));

            nodes.get(1).eventBus().publish(Addresses.STOCK_TURNED, new StockTurned(EVENT, 1));
            await().until(() -> memories.stream().allMatch(memory -> memory.flags.soldOut(EVENT)));

            nodes.get(0).eventBus().publish(Addresses.STOCK_TURNED, new StockTurned(EVENT, 2));
            await().until(() -> memories.stream().noneMatch(memory -> memory.flags.soldOut(EVENT)));
        }
    }
}
