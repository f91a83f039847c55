package io.couponrush.fault;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.couponrush.bus.Addresses;
import io.couponrush.bus.CampaignChanged;
import io.couponrush.bus.IssueCommand;
import io.couponrush.bus.IssueCommands;
import io.couponrush.bus.StockTurned;
import io.couponrush.testkit.Backends;
import io.couponrush.testkit.BusFrame;
import io.couponrush.testkit.Clustering;
import io.couponrush.testkit.Listening;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.ServiceProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node of a cluster, and somebody on its network who is none. */
class StrangersIT {
    private static final int BUS = Clustering.of(1).ports().get(0);

    private static final int MANAGEMENT = Clustering.of(1).ports().get(0);

    @TempDir
    private static Path directory;

    private static ServiceProcess node;

    @BeforeAll
    static void start() {
        Map<String, String> env = RunningService.environment(Backends.shared().redisUri());
        env.putAll(Clustering.of(1).env(0));
        env.put("COUPONRUSH_CLUSTER_BUS_PORT", Integer.toString(BUS));
        env.put("COUPONRUSH_MANAGEMENT_PORT", Integer.toString(MANAGEMENT));
        node = ServiceProcess.with(directory, env);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void nobodyOutsideOfThisMachineReachesTheClustersPorts() {
        assumeTrue(Listening.isTold(), "this system does not tell who listens where");
        var addresses = Listening.addresses(node.pid());
        assertThat(addresses).extracting(InetSocketAddress::getPort).contains(BUS, MANAGEMENT, node.port());
        assertThat(addresses).hasSize(4); // and the member's
        assertThat(addresses).allMatch(address -> address.getAddress().isLoopbackAddress());
    }

    /** A message made by hand gets through where nodes tell each other news, so it is well made; commands are not there. */
    @Test
    void aMessageMadeByHandCommandsNothing() throws IOException {
        long sale = node.staff().opens(Sale.of(10));
        long epoch = node.books().of(sale).epoch();
        var claim = new IssueCommand(sale, 1, UUID.randomUUID(), false);
        try (var line = new Socket(InetAddress.getLoopbackAddress(), BUS)) {
            for (String address : new String[] {Addresses.ISSUE, Addresses.ISSUE_REMOTE}) {
                line.getOutputStream()
                        .write(new BusFrame(address, new IssueCommands("nowhere", 0, List.of(claim)))
                                .bytes("{\"answerTo\":\"nowhere\",\"first\":0,\"commands\":[{\"eventId\":" + sale
                                        + ",\"userId\":1,\"rid\":\"" + claim.rid() + "\"}]}"));
            }
            for (String address : new String[] {Addresses.RELOAD_STOCK, Addresses.RELOAD_STOCK_REMOTE}) {
                line.getOutputStream()
                        .write(new BusFrame(address, new CampaignChanged(sale)).bytes("{\"eventId\":" + sale + "}"));
            }
            line.getOutputStream()
                    .write(new BusFrame(Addresses.STOCK_TURNED, new StockTurned(sale, 1))
                            .bytes("{\"eventId\":" + sale + ",\"generation\":1}"));
            var callers = node.callers(1);
            await().until(() -> callers.allClaim(sale).tally().containsKey("COUPON_SOLD_OUT"));
        }
        assertThat(node.books().of(sale).epoch()).isEqualTo(epoch);
        var owner = node.callers(1);
        await().until(() -> !owner.allClaim(sale).issued().isEmpty()); // the lie is forgotten
        assertThat(node.books().of(sale).rows()).allMatch(row -> row.userId() != 1);
    }

    @Test
    void noiseIsSurvived() throws IOException {
        for (String noise : new String[] {"GET / HTTP/1.1\r\n\r\n", "\0\0\0\4\1\t\0\0", "\0\0\0\1"}) {
            try (var line = new Socket(InetAddress.getLoopbackAddress(), BUS)) {
                line.getOutputStream().write(noise.getBytes(UTF_8));
            }
        }
        long sale = node.staff().opens(Sale.of(1));
        assertThat(node.callers(1).allClaim(sale).issued()).hasSize(1);
    }
}
