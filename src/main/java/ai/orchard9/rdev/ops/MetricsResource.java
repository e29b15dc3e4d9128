package ai.orchard9.rdev.ops;

import ai.orchard9.rdev.http.Public;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/// All metrics in Prometheus' text format, whatever format is asked for.
@Path("/metrics")
public final class MetricsResource {

  private final PrometheusRegistry registry;
  private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();

  MetricsResource(PrometheusRegistry registry) {
    this.registry = registry;
  }

  /// One scrape.
  @GET
  @Public
  public Response get() throws IOException {
    var text = new ByteArrayOutputStream();
    writer.write(text, registry.scrape(), EscapingScheme.UNDERSCORE_ESCAPING);
    return Response.ok(text.toByteArray(), writer.getContentType()).build();
  }
}
