package ai.orchard9.rdev.webhook;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/// Events as one statement takes them: an array for each column. Public only because JDBI reads it
/// by reflection.
public final class EventColumns {
  private final List<NewEvent> rows;

  EventColumns(List<NewEvent> rows) {
    this.rows = rows;
  }

  public UUID[] webhooks() {
    return rows.stream().map(NewEvent::webhookId).toArray(UUID[]::new);
  }

  public Long[] sequences() {
    return rows.stream().map(NewEvent::sequence).toArray(Long[]::new);
  }

  public UUID[] ids() {
    return rows.stream().map(NewEvent::id).toArray(UUID[]::new);
  }

  public String[] events() {
    return rows.stream().map(it -> it.type().wire()).toArray(String[]::new);
  }

  public String[] ats() {
    return rows.stream().map(NewEvent::at).map(Instant::toString).toArray(String[]::new);
  }

  public String[] payloads() {
    return rows.stream().map(NewEvent::payload).toArray(String[]::new);
  }

  public Boolean[] sents() {
    return rows.stream().map(NewEvent::sent).toArray(Boolean[]::new);
  }
}
