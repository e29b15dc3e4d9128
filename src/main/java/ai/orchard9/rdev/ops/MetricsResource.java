package ai.orchard9.rdev.ops;

import ai.orchard9.rdev.http.Public;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// All metrics: in OpenMetrics' format, which has exemplars, for who asks for it by name, as
/// Prometheus does; else in Prometheus' text format, whatever is asked for.
@Path("/metrics")
public final class MetricsResource {

  private final PrometheusRegistry registry;
  private final PrometheusTextFormatWriter text = PrometheusTextFormatWriter.create();
  private final OpenMetricsTextFormatWriter openMetrics = OpenMetricsTextFormatWriter.create();

  MetricsResource(PrometheusRegistry registry) {
    this.registry = registry;
  }

  /// One scrape.
  @GET
  @Public
  public Response get(@HeaderParam(HttpHeaders.ACCEPT) @Nullable String accept) throws IOException {
    ExpositionFormatWriter writer = openMetrics.accepts(accept) ? openMetrics : text;
    var answer = new ByteArrayOutputStream();
    writer.write(answer, registry.scrape(), EscapingScheme.UNDERSCORE_ESCAPING);
    return Response.ok(answer.toByteArray(), writer.getContentType())
        .header(HttpHeaders.VARY, HttpHeaders.ACCEPT)
        .build();
  }
}
