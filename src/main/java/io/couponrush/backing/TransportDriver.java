package io.couponrush.backing;

import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.VertxWrapper;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.impl.PgConnectionFactory;
import io.vertx.pgclient.spi.PgDriver;
import io.vertx.sqlclient.spi.ConnectionFactory;

/** The driver with the options of its sockets: version 5.0.8 drops them. */
final class TransportDriver extends PgDriver {
    @Override
    public ConnectionFactory<PgConnectOptions> createConnectionFactory(Vertx vertx, NetClientOptions transport) {
        return new PgConnectionFactory(new VertxWrapper((VertxInternal) vertx) {
            @Override
            public NetClient createNetClient(NetClientOptions asked) {
                return super.createNetClient(new NetClientOptions(transport).setReconnectAttempts(0));
            }
        });
    }
}
