package ai.orchard9.rdev.webhook;

import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/// Holds all deliveries, on every server: a claim asks in its own statement. Attempts that have
/// begun go on, events are numbered and queued.
public final class WebhookPauses {
  private final Jdbi jdbi;
  private final Runnable wake;

  WebhookPauses(Jdbi jdbi, Runnable wake) {
    this.jdbi = jdbi;
    this.wake = wake;
  }

  /// A pause that holds.
  public record Pause(String by, Instant since) {}

  /// The pause, if there is one.
  public Optional<Pause> find() {
    return jdbi.withExtension(ClaimDao.class, ClaimDao::pauses).stream()
        .findFirst()
        .map(it -> new Pause(it.pausedBy(), it.pausedAt()));
  }

  /// Begins no more deliveries; says whether that is new.
  public boolean pause(String by) {
    return jdbi.withExtension(ClaimDao.class, dao -> dao.pause(by)) == 1;
  }

  /// Goes on; says whether it was paused.
  public boolean resume() {
    var resumed = jdbi.withExtension(ClaimDao.class, ClaimDao::resume) == 1;
    wake.run();
    return resumed;
  }

  /// Deliveries that are not over, of all servers.
  public long backlog() {
    return jdbi.withExtension(ClaimDao.class, ClaimDao::backlog);
  }
}
