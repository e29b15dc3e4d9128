package ai.orchard9.rdev.audit;

import ai.orchard9.rdev.error.ErrorCode;
import ai.orchard9.rdev.http.Refusal;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes down who was turned away: a key that has ended, and whatever a good one may not do. Who is
/// over a limit is taken down once a minute, and who has no key at all is counted only: both can be
/// had for nothing, a million times.
final class RefusedRequests implements Refusal.Observer {
  private static final Logger LOG = LoggerFactory.getLogger(RefusedRequests.class);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final int MOST_REMEMBERED = 10_000;

  private final AuditLog audit;
  private final Counter refusals;
  private final Counter unrecorded;
  private final Cache<String, Boolean> limited =
      Caffeine.newBuilder().maximumSize(MOST_REMEMBERED).expireAfterWrite(MINUTE).build();

  RefusedRequests(AuditLog audit, PrometheusRegistry registry) {
    this.audit = audit;
    this.refusals =
        Counter.builder()
            .name("rdev_refused_requests_total")
            .help("Requests turned away by the guards")
            .labelNames("code")
            .register(registry);
    this.unrecorded =
        Counter.builder()
            .name("rdev_audit_unrecorded_total")
            .help("Refused requests that could not be taken down in the audit log")
            .register(registry);
    for (var code : ErrorCode.values()) {
      switch (code.status()) {
        case 401, 403, 429 -> refusals.initLabelValues(code.name());
        default -> {}
      }
    }
  }

  @Override
  public void refused(Refusal refusal) {
    refusals.labelValues(refusal.code().name()).inc();
    if (isForTheRecord(refusal)) {
      record(refusal);
    }
  }

  private boolean isForTheRecord(Refusal refusal) {
    return switch (refusal.code()) {
      case TOO_MANY_REQUESTS -> limited.asMap().putIfAbsent(whoIsLimited(refusal), true) == null;
      case UNAUTHORIZED -> false;
      default -> true;
    };
  }

  private static String whoIsLimited(Refusal refusal) {
    var caller = refusal.caller();
    return caller == null
        ? refusal.request().clientAddress()
        : caller.keyPrefix() + " " + caller.keyId();
  }

  @SuppressWarnings("CatchingUnchecked") // The answer must not change, whatever goes wrong here.
  private void record(Refusal refusal) {
    var caller = refusal.caller();
    var actor = caller == null ? new Actor(null, "unknown", Actor.Kind.KEY) : Actor.of(caller);
    try {
      audit.append(
          new AuditEntry(
              actor,
              "request.denied",
              refusal.request(),
              null,
              refusal.method() + " " + refusal.path(),
              Outcome.DENIED,
              Map.of("code", refusal.code().name(), "message", refusal.message())));
    } catch (RuntimeException e) {
      unrecorded.inc();
      LOG.atWarn()
          .addKeyValue("code", refusal.code())
          .setCause(e)
          .log("refused request not taken down in the audit log");
    }
  }
}
