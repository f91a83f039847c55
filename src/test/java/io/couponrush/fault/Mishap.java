package io.couponrush.fault;

import com.google.errorprone.annotations.Immutable;
import io.couponrush.fault.Fleet.Node;
import io.couponrush.testkit.PrivateRedis;
import io.couponrush.testkit.TcpProxy;
import io.couponrush.testkit.Web;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Random;

/** What may happen at random: each breaks something for a while, says when that is over, and leaves everything well. */
enum Mishap {
    NODE_KILLED("node killed", 5, Sign.unanswered(), s -> {
        Node node = s.anyNode();
        node.process().isKilled();
        s.over();
        node.process().start();
    }),
    NODE_KILLED_AFTER_A_COMMIT("node killed before it heard of its commit", 5, Sign.unanswered(), s -> {
        Node node = s.anyNode();
        node.postgres().loseReplies();
        s.pause(100, 400);
        node.process().isKilled();
        node.postgres().pass();
        s.over();
        node.process().start();
    }),
    ALL_NODES_KILLED("all nodes killed", 10, Sign.unanswered(), s -> {
        s.fleet().nodes().forEach(node -> node.process().isKilled());
        s.over();
        s.fleet().nodes().parallelStream().forEach(node -> node.process().start());
    }),
    NODE_SUSPENDED("node suspended", 10, Sign.slowerThan(1_000), s -> {
        Node node = s.anyNode();
        node.process().isSuspended();
        s.pause(1_500, 6_000);
        s.over();
        node.process().isResumed();
    }),
    NODE_STOPPED("node stopped", 5, Sign.unanswered(), s -> {
        Node node = s.anyNode();
        int unused = node.process().isStopped();
        s.over();
        node.process().start();
    }),
    REDIS_EMPTY("Redis restarted empty", 10, Sign.counter("rebuilds"), s -> {
        s.fleet().redis().dies();
        s.over();
        s.fleet().redis().start();
    }),
    REDIS_OLD("Redis restarted old", 10, Sign.counter("rebuilds"), s -> {
        s.fleet().redis().savesASnapshot();
        s.pause(500, 1_500);
        s.fleet().redis().dies();
        s.over();
        s.fleet().redis().start();
        s.fleet().redis().forgetsItsSnapshot();
    }),
    REDIS_STALE_REPLICA("stale replica promoted", 10, Sign.counter("rebuilds"), Mishap::promoteAStaleReplica),
    REDIS_SUSPENDED("Redis suspended", 10, Sign.counter("claims_direct"), s -> {
        s.fleet().redis().isSuspended();
        s.pause(1_200, 3_000);
        s.over();
        s.fleet().redis().isResumed();
    }),
    REDIS_CUT("Redis cut off", 10, Sign.counter("claims_direct"), s -> {
        s.fleet().nodes().forEach(node -> node.redis().cut());
        s.pause(800, 3_000);
        s.over();
        s.fleet().nodes().forEach(node -> node.redis().pass());
    }),
    REDIS_RESET("Redis connections reset", 1, Sign.counter("reconnects redis"), s -> {
        s.fleet().nodes().forEach(node -> node.redis().reset());
        s.over();
    }),
    REDIS_SILENT("Redis silent for one node", 10, Sign.counter("claims_direct"), s -> {
        Node node = s.anyNode();
        node.redis().swallow();
        s.pause(1_500, 3_000);
        s.over();
        node.redis().pass();
        node.redis().drop();
    }),
    REDIS_SLOW("Redis slow", 1, Sign.slowerThan(100), s -> {
        s.fleet().nodes().forEach(node -> node.redis().slow(60));
        s.pause(1_000, 2_000);
        s.over();
        s.fleet().nodes().forEach(node -> node.redis().pass());
    }),
    REDIS_BUSY("Redis busy", 10, Sign.counter("claims_direct"), s -> {
        s.fleet().redis().sleepsFor(1.5 + s.random().nextDouble());
        s.over();
    }),
    REDIS_FULL("Redis full", 10, Sign.counter("claims_direct"), s -> {
        s.fleet().redis().isFull();
        s.pause(1_000, 3_000);
        s.over();
        s.fleet().redis().hasRoom();
    }),
    POSTGRES_CRASHED("Postgres crashed", 5, Sign.counter("batches_undecided fast"), s -> {
        s.fleet().postgres().dies();
        s.over();
        s.fleet().startPostgres();
    }),
    POSTGRES_REPLIES_LOST("Postgres replies lost", 5, Sign.counter("batches_undecided fast"), s -> {
        s.fleet().nodes().forEach(node -> node.postgres().loseReplies());
        s.pause(200, 600);
        s.over();
        s.fleet().nodes().forEach(node -> {
            node.postgres().pass();
            node.postgres().drop();
        });
    }),
    POSTGRES_REQUESTS_LOST("Postgres requests lost", 5, Sign.counter("batches_undecided fast"), s -> {
        s.fleet().nodes().forEach(node -> node.postgres().swallow());
        s.pause(200, 600);
        s.over();
        s.fleet().nodes().forEach(node -> {
            node.postgres().pass();
            node.postgres().drop();
        });
    }),
    POSTGRES_LATE("Postgres late", 5, Sign.slowerThan(700), s -> {
        Node node = s.anyNode();
        node.postgres().stall();
        s.pause(1_000, 3_500);
        s.over();
        node.postgres().pass();
    }),
    POSTGRES_SLOW("Postgres slow", 5, Sign.slowerThan(250), s -> {
        s.fleet().nodes().forEach(node -> node.postgres().slow(150));
        s.pause(1_500, 2_500);
        s.over();
        s.fleet().nodes().forEach(node -> node.postgres().pass());
    }),
    ROW_LOCKED("row locked", 5, Sign.slowerThan(700), s -> {
        s.fleet().books().lock(s.sale(), 1_000 + s.random().nextInt(2_500));
        s.over();
    }),
    SESSIONS_TERMINATED("sessions terminated", 5, Sign.counter("reconnects postgres"), s -> {
        long unused = s.fleet().books().cutsConnections();
        s.over();
    }),
    STOCK_CHANGED("stock lowered and raised", 1, Sign.counter("rebuilds"), s -> {
        int total = s.fleet().books().totalOf(s.sale());
        long issued = total - s.fleet().books().left(s.sale());
        s.setsTotal((int) Math.min(total, issued + 600));
        s.pause(500, 1_500);
        s.over();
        s.setsTotal(total);
    }),
    BROKER_AWAY("broker away", 1, Sign.counter("reconnects rabbitmq"), s -> {
        s.fleet().nodes().forEach(node -> node.broker().cut());
        s.pause(1_500, 4_000);
        s.over();
        s.fleet().nodes().forEach(node -> node.broker().pass());
    });

    final String title;

    /** Seconds it should take to be well at most. */
    final double mayTake;

    final Sign noticedBy;

    private final How how;

    Mishap(String title, double mayTake, Sign noticedBy, How how) {
        this.title = title;
        this.mayTake = mayTake;
        this.noticedBy = noticedBy;
        this.how = how;
    }

    /** Breaks something, says when it is over, mends it. */
    @Immutable
    @FunctionalInterface
    private interface How {
        void happens(Scene scene);
    }

    Scene happensTo(Fleet fleet, long sale, Random random) {
        var scene = new Scene(fleet, sale, random);
        how.happens(scene);
        return scene;
    }

    /** One time that it happens. */
    static final class Scene {
        private final Fleet fleet;
        private final long sale;
        private final Random random;
        private final long began = System.nanoTime();
        private long over;

        private Scene(Fleet fleet, long sale, Random random) {
            this.fleet = fleet;
            this.sale = sale;
            this.random = random;
        }

        long began() {
            return began;
        }

        /** When nothing kept it from being well any more. */
        long endedAt() {
            return over;
        }

        private Fleet fleet() {
            return fleet;
        }

        private long sale() {
            return sale;
        }

        private Random random() {
            return random;
        }

        /** The staff asks again, too, while what was broken before is still felt. */
        private void setsTotal(int total) {
            Web.insist(Duration.ofSeconds(15), () -> fleet.staff().asksForTotal(sale, total))
                    .with(200);
        }

        private Node anyNode() {
            return fleet.nodes().get(random.nextInt(fleet.nodes().size()));
        }

        private void pause(int min, int max) {
            Trial.pause(min + random.nextInt(max - min));
        }

        private void over() {
            over = System.nanoTime();
        }
    }

    private static void promoteAStaleReplica(Scene s) {
        Fleet fleet = s.fleet();
        PrivateRedis replica = fleet.freshRedis();
        try (var line = new TcpProxy(fleet.redis().uri(), 0)) {
            replica.follows(line.uri(fleet.redis().uri()));
            line.loseReplies();
            s.pause(500, 1_500);
            fleet.redis().dies();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        replica.isPromoted();
        s.over();
        fleet.moveTo(replica);
    }
}
