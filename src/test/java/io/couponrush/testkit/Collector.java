package io.couponrush.testkit;

import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** The receiving end of OTLP over HTTP: takes what is sent to {@code /v1/traces} apart and keeps it. */
public final class Collector implements AutoCloseable {
    private final List<Seen> seen = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private volatile int status = 200;

    /**
     * One span.
     *
     * @param instance the process that recorded it
     * @param parentId empty for the first of its trace
     * @param start nanoseconds since 1970
     */
    public record Seen(
            String instance,
            String traceId,
            String spanId,
            String parentId,
            String name,
            String kind,
            long start,
            long end,
            boolean failed,
            Map<String, String> attributes) {}

    public Collector() {
        server = Callers.VERTX
                .createHttpServer()
                .requestHandler(this::take)
                .listen(0, "127.0.0.1")
                .await();
    }

    /** What a service is told, so that it sends its traces here. */
    public Map<String, String> env() {
        return Map.of("COUPONRUSH_TRACING_ENABLED", "true", "COUPONRUSH_TRACING_ENDPOINT", endpoint());
    }

    public String endpoint() {
        return "http://127.0.0.1:" + server.actualPort() + "/v1/traces";
    }

    /** Answers with that status from now on, and keeps nothing unless it is 200. */
    public void answers(int withStatus) {
        status = withStatus;
    }

    public List<Seen> all() {
        return List.copyOf(seen);
    }

    /** Those of one trace, by their beginnings. */
    public List<Seen> of(String traceId) {
        return seen.stream()
                .filter(span -> span.traceId().equals(traceId))
                .sorted(Comparator.comparingLong(Seen::start))
                .toList();
    }

    @Override
    public void close() {
        server.close().await();
    }

    private void take(HttpServerRequest request) {
        request.body().onSuccess(body -> {
            boolean right = request.path().equals("/v1/traces")
                    && "application/x-protobuf".equals(request.getHeader("Content-Type"));
            if (right && status == 200) keep(body);
            request.response().setStatusCode(right ? status : 400).end();
        });
    }

    private void keep(Buffer body) {
        try {
            for (ResourceSpans resource :
                    ExportTraceServiceRequest.parseFrom(body.getBytes()).getResourceSpansList()) {
                String instance =
                        text(resource.getResource().getAttributesList()).get("service.instance.id");
                resource.getScopeSpansList()
                        .forEach(scope -> scope.getSpansList().forEach(span -> seen.add(seen(instance, span))));
            }
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static Seen seen(String instance, Span span) {
        return new Seen(
                instance,
                hex(span.getTraceId().toByteArray()),
                hex(span.getSpanId().toByteArray()),
                hex(span.getParentSpanId().toByteArray()),
                span.getName(),
                span.getKind().name().replace("SPAN_KIND_", ""),
                span.getStartTimeUnixNano(),
                span.getEndTimeUnixNano(),
                span.getStatus().getCodeValue() == 2,
                text(span.getAttributesList()));
    }

    private static String hex(byte[] id) {
        return HexFormat.of().formatHex(id);
    }

    private static Map<String, String> text(List<KeyValue> attributes) {
        Map<String, String> text = new TreeMap<>();
        attributes.forEach(each -> text.put(each.getKey(), text(each.getValue())));
        return text;
    }

    private static String text(AnyValue value) {
        return value.hasStringValue() ? value.getStringValue() : Long.toString(value.getIntValue());
    }
}
