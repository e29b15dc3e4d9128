package ai.orchard9.rdev.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/// What OpenTelemetry's agent sends its spans to: OTLP over HTTP, in protobuf.
public final class TraceReceiver implements AutoCloseable {
  private final HttpServer http;
  private final List<Received> spans = new CopyOnWriteArrayList<>();

  /// Starts one on a free port.
  public TraceReceiver() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext(
        "/v1/traces",
        exchange -> {
          try (exchange) {
            take(ExportTraceServiceRequest.parseFrom(exchange.getRequestBody()));
            exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, -1);
          }
        });
    http.start();
  }

  /// A span, with its ids in hex.
  ///
  /// @param server the name of the service that sent it
  public record Received(
      String server, String traceId, String id, String parentId, String name, Span span) {
    /// The attribute's text; empty without it.
    public String attribute(String key) {
      return span.getAttributesList().stream()
          .filter(it -> it.getKey().equals(key))
          .map(it -> it.getValue().getStringValue())
          .findFirst()
          .orElse("");
    }
  }

  /// What makes the agent send its spans here, soon.
  public Map<String, String> environment(String server) {
    return Map.of(
        "OTEL_SERVICE_NAME",
        server,
        "OTEL_EXPORTER_OTLP_PROTOCOL",
        "http/protobuf",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "http://127.0.0.1:" + http.getAddress().getPort(),
        "OTEL_METRICS_EXPORTER",
        "none",
        "OTEL_LOGS_EXPORTER",
        "none",
        "OTEL_BSP_SCHEDULE_DELAY",
        "100");
  }

  /// Those of a trace so far.
  public List<Received> trace(String traceId) {
    return spans.stream().filter(it -> it.traceId().equals(traceId)).toList();
  }

  private void take(ExportTraceServiceRequest request) {
    for (var resource : request.getResourceSpansList()) {
      var server =
          resource.getResource().getAttributesList().stream()
              .filter(it -> it.getKey().equals("service.name"))
              .map(it -> it.getValue().getStringValue())
              .findFirst()
              .orElse("");
      for (var scope : resource.getScopeSpansList()) {
        for (var span : scope.getSpansList()) {
          spans.add(
              new Received(
                  server,
                  hex(span.getTraceId()),
                  hex(span.getSpanId()),
                  hex(span.getParentSpanId()),
                  new String(span.getNameBytes().toByteArray(), UTF_8),
                  span));
        }
      }
    }
  }

  private static String hex(ByteString id) {
    return HexFormat.of().formatHex(id.toByteArray());
  }

  @Override
  public void close() {
    http.stop(0);
  }
}
