package ai.orchard9.rdev.http;

import ai.orchard9.rdev.tracing.Traceparent;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.NanoTime;
import org.glassfish.jersey.server.ExtendedUriInfo;
import org.glassfish.jersey.server.model.Resource;
import org.glassfish.jersey.server.monitoring.ApplicationEvent;
import org.glassfish.jersey.server.monitoring.ApplicationEventListener;
import org.glassfish.jersey.server.monitoring.RequestEvent;
import org.glassfish.jersey.server.monitoring.RequestEventListener;
import org.jspecify.annotations.Nullable;

/// Counts and times requests by method, path template and status. Requests that never reach a
/// resource count too, as path `unmatched`. What belongs to a trace (`traceparent`) is left as an
/// exemplar with the trace's id.
///
/// From the start there are, at 0, the requests in flight of every method and path, and how many
/// were answered with 500: the first one is an increase, too.
final class HttpMetrics implements ApplicationEventListener {

  private static final String TEMPLATE = "ai.orchard9.rdev.path-template";
  private static final String UNMATCHED = "unmatched";
  private static final String FAILED = "500";
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
    var seconds = NanoTime.since(request.getBeginNanoTime()) / 1e9;
    count(
        request.getHeaders().get("traceparent"),
        seconds,
        method(request.getMethod()),
        path,
        String.valueOf(status));
  }

  private void count(@Nullable String traceparent, double seconds, String... labels) {
    var trace = Traceparent.parse(traceparent);
    if (trace.isEmpty()) {
      requests.labelValues(labels).inc();
      duration.labelValues(labels).observe(seconds);
      return;
    }
    var exemplar = Labels.of("trace_id", trace.get().traceId(), "span_id", trace.get().spanId());
    requests.labelValues(labels).incWithExemplar(exemplar);
    duration.labelValues(labels).observeWithExemplar(seconds, exemplar);
  }

  @Override
  public void onEvent(ApplicationEvent event) {
    if (event.getType() == ApplicationEvent.Type.INITIALIZATION_FINISHED) {
      expect("", event.getResourceModel().getRootResources());
      requests.initLabelValues("GET", UNMATCHED, FAILED);
    }
  }

  private void expect(String parent, List<Resource> resources) {
    for (var resource : resources) {
      var path = parent + "/" + resource.getPath();
      for (var method : resource.getResourceMethods()) {
        expect(method.getHttpMethod(), tidied(path));
      }
      expect(path, resource.getChildResources());
    }
  }

  private void expect(String method, String path) {
    inFlight.initLabelValues(method(method), path);
    requests.initLabelValues(method(method), path, FAILED);
  }

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
    return tidied(template.toString());
  }

  private String tidied(String template) {
    return tidied.computeIfAbsent(template, HttpMetrics::tidy);
  }

  private static String tidy(String template) {
    return template.isEmpty() ? "/" : template.replaceAll("/+", "/").replaceAll("(?<=.)/$", "");
  }

  private static String method(String method) {
    return METHODS.contains(method) ? method : "other";
  }
}
