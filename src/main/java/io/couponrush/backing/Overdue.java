package io.couponrush.backing;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.impl.SocketConnectionBase;
import io.vertx.sqlclient.internal.SqlConnectionInternal;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection whose server owes an answer and keeps silent. The client has no such limit: a future that timed out
 * leaves its connection lent to the command, for as long as TCP takes to notice, or for ever. A connection that nobody uses
 * may be silent.
 */
final class Overdue extends IdleStateHandler {
    /** The end of every answer, {@code ReadyForQuery}: the letter Z and the length 5; one byte of status follows. */
    private static final long READY = 0x5A_0000_0005L;

    private static final int READY_BYTES = 6;
    private static final long LAST_BYTES = (1L << (8 * READY_BYTES)) - 1;

    private long last;
    private boolean owing;

    private Overdue(Duration silence) {
        super(0, 0, silence.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** To be called once for a connection, when it stands; the limit that was there for its making goes. */
    static void watch(SqlConnection connection, Duration silence) {
        var socket = (SocketConnectionBase)
                ((SqlConnectionInternal) connection).unwrap().unwrap();
        ChannelPipeline pipeline = socket.socket().channelHandlerContext().pipeline();
        if (socket.isValid()) { // else it is gone already, and its handlers with it
            pipeline.remove("idle");
            pipeline.addBefore("codec", "overdue", new Overdue(silence));
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) throws Exception {
        owing = true;
        super.write(ctx, message, promise);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        if (message instanceof ByteBuf bytes) {
            remember(bytes);
            if (last >>> 8 == READY) {
                owing = false;
            }
        }
        super.channelRead(ctx, message);
    }

    private void remember(ByteBuf bytes) {
        int end = bytes.writerIndex();
        for (int i = Math.max(bytes.readerIndex(), end - READY_BYTES); i < end; i++) {
            last = (last << 8 | bytes.getUnsignedByte(i)) & LAST_BYTES;
        }
    }

    /** Past the codec, which would say good-bye and wait for the server to close. */
    @Override
    protected void channelIdle(ChannelHandlerContext ctx, IdleStateEvent idle) {
        if (owing) {
            ChannelFuture unused = ctx.close();
        }
    }
}
