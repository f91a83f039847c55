package io.couponrush.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A message as a node would write it to another node's port of the event bus, made by hand. */
public record BusFrame(String address, Record body) {
    private static final int PROTOCOL = 1;
    private static final int OWN_CODEC = -1;
    private static final int NO_HEADERS = 4;

    /** With that JSON in place of the body's own. */
    public byte[] bytes(String json) {
        var bytes = new ByteArrayOutputStream();
        try (var content = new DataOutputStream(bytes)) {
            content.writeByte(PROTOCOL);
            content.writeByte(OWN_CODEC);
            text(content, body.getClass().getName());
            content.writeByte(0); // to one of the consumers
            text(content, address);
            content.writeInt(0); // no reply
            text(content, "a stranger");
            content.writeInt(NO_HEADERS);
            text(content, json);
            var frame = new ByteArrayOutputStream();
            var framed = new DataOutputStream(frame);
            framed.writeInt(bytes.size());
            bytes.writeTo(framed);
            return frame.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }
}
