package ai.orchard9.rdev.ops.task;

import ai.orchard9.rdev.audit.Actor;
import java.util.List;

/// `webhooks`: shows the deliveries, and holds them on every server.
public final class WebhooksTask implements AdminTask {
  private static final String ACTION = "action";

  private final Deliveries deliveries;

  public WebhooksTask(Deliveries deliveries) {
    this.deliveries = deliveries;
  }

  /// What can be held.
  public interface Deliveries {
    /// Begins no more; says whether that is new.
    boolean pause(String by);

    /// Goes on; says whether they were held.
    boolean resume();

    /// How they stand, as lines `key=value`.
    List<String> show();
  }

  @Override
  public String name() {
    return "webhooks";
  }

  @Override
  public List<String> usage() {
    return List.of(ACTION + "=show|pause|resume");
  }

  @Override
  public boolean isChange(Arguments arguments) {
    return !action(arguments).equals("show");
  }

  @Override
  public List<String> run(Arguments arguments) {
    return switch (action(arguments)) {
      case "pause" -> pause(arguments.isDryRun());
      case "resume" -> resume(arguments.isDryRun());
      default -> deliveries.show();
    };
  }

  private List<String> pause(boolean isDryRun) {
    if (isDryRun) {
      return List.of("would_pause=all");
    }
    var isNew = deliveries.pause(Actor.OPERATOR.keyName());
    return List.of((isNew ? "paused=" : "paused_already=") + "all");
  }

  private List<String> resume(boolean isDryRun) {
    if (isDryRun) {
      return List.of("would_resume=all");
    }
    return List.of((deliveries.resume() ? "resumed=" : "not_paused=") + "all");
  }

  private static String action(Arguments arguments) {
    return arguments.oneOf(ACTION, List.of("show", "pause", "resume")).orElse("show");
  }
}
