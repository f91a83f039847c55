package io.couponrush.bus;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;

/** JSON between nodes; inside one node the same reference, which is safe because records do not change. */
final class RecordCodec<T extends Record> implements MessageCodec<T, T> {
    private final Class<T> type;

    RecordCodec(Class<T> type) {
        this.type = type;
    }

    @Override
    public void encodeToWire(Buffer buffer, T message) {
        byte[] json = RecordJson.write(message);
        buffer.appendInt(json.length).appendBytes(json);
    }

    @Override
    public T decodeFromWire(int position, Buffer buffer) {
        int start = position + Integer.BYTES;
        return RecordJson.read(buffer.getBytes(start, start + buffer.getInt(position)), type);
    }

    @Override
    public T transform(T message) {
        return message;
    }

    @Override
    public String name() {
        return type.getName();
    }

    @Override
    public byte systemCodecID() {
        return -1;
    }
}
