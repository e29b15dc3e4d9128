package ai.orchard9.rdev.http;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.NanoTime;
import org.glassfish.jersey.server.ExtendedUriInfo;
import org.glassfish.jersey.server.monitoring.ApplicationEvent;
import org.glassfish.jersey.server.monitoring.ApplicationEventListener;
import org.glassfish.jersey.server.monitoring.RequestEvent;
import org.glassfish.jersey.server.monitoring.RequestEventListener;

/// Counts and times requests by method, path template and status. Requests that never reach a
/// resource count too, as path `unmatched`.
final class HttpMetrics implements ApplicationEventListener {

  private static final String TEMPLATE = "ai.orchard9.rdev.path-template";
  private static final String UNMATCHED = "unmatched";
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");
  private static final double[] SECONDS = {
    .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300
  };

  private final Counter requests;
  private final Histogram duration;
  private final Gauge inFlight;

  /// As many as there are methods of resources.
  private final Map<String, String> tidied = new ConcurrentHashMap<>();

  HttpMetrics(PrometheusRegistry registry) {
    requests =
        Counter.builder()
            .name("http_requests_total")
            .help("Requests answered")
            .labelNames("method", "path", "status")
            .register(registry);
    duration =
        Histogram.builder()
            .name("http_request_duration_seconds")
            .help("From the request's first byte to the answer's last one")
            .classicOnly()
            .classicUpperBounds(SECONDS)
            .labelNames("method", "path", "status")
            .register(registry);
    inFlight =
        Gauge.builder()
            .name("http_requests_in_flight")
            .help("Requests being answered")
            .labelNames("method", "path")
            .register(registry);
  }

  /// Called once for every request, by whomever it was answered.
  void answered(Request request, int status) {
    var path = UNMATCHED;
    // Jersey does not see the end of an answer that a stream took over; the server does.
    if (request.getAttribute(TEMPLATE) instanceof String matched) {
      path = matched;
      inFlight.labelValues(method(request.getMethod()), matched).dec();
    }
    var labels = new String[] {method(request.getMethod()), path, String.valueOf(status)};
    requests.labelValues(labels).inc();
    duration.labelValues(labels).observe(NanoTime.since(request.getBeginNanoTime()) / 1e9);
  }

  @Override
  public void onEvent(ApplicationEvent event) {}

  @Override
  public RequestEventListener onRequest(RequestEvent ignored) {
    return HttpMetrics.this::matched;
  }

  private void matched(RequestEvent event) {
    if (event.getType() == RequestEvent.Type.REQUEST_MATCHED) {
      var request = event.getContainerRequest();
      var template = template(event.getUriInfo());
      request.setProperty(TEMPLATE, template);
      inFlight.labelValues(method(request.getMethod()), template).inc();
    }
  }

  private String template(ExtendedUriInfo uri) {
    var template = new StringBuilder();
    for (var part : uri.getMatchedTemplates()) {
      template.insert(0, part.getTemplate());
    }
    return tidied.computeIfAbsent(template.toString(), HttpMetrics::tidy);
  }

  private static String tidy(String template) {
    return template.isEmpty() ? "/" : template.replaceAll("/+", "/").replaceAll("(?<=.)/$", "");
  }

  private static String method(String method) {
    return METHODS.contains(method) ? method : "other";
  }
}
