package ai.orchard9.rdev.ops.task;

import ai.orchard9.rdev.audit.Actor;
import ai.orchard9.rdev.command.model.Requester;
import ai.orchard9.rdev.command.queue.Overview;
import ai.orchard9.rdev.command.queue.Pauses;
import ai.orchard9.rdev.command.queue.QueueModule;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Timestamps;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `queue`: shows the queue, holds it or one project's line on every server, and empties a line.
public final class QueueTask implements AdminTask {
  private static final String ACTION = "action";
  private static final String PROJECT = "project";
  private static final String CANCEL = "cancel_pending";

  private final QueueModule queue;

  public QueueTask(QueueModule queue) {
    this.queue = queue;
  }

  @Override
  public String name() {
    return "queue";
  }

  @Override
  public List<String> usage() {
    return List.of(ACTION + "=show|pause|resume", PROJECT + "=<project>", CANCEL + "=<project>");
  }

  @Override
  public boolean isChange(Arguments arguments) {
    return arguments.find(CANCEL).isPresent() || !action(arguments).equals("show");
  }

  @Override
  public List<String> run(Arguments arguments) {
    var action = action(arguments);
    var project = arguments.project(PROJECT);
    var cancelled = arguments.project(CANCEL);
    if (cancelled.isPresent()) {
      if (arguments.find(ACTION).isPresent() || project.isPresent()) {
        throw ApiException.badField(CANCEL, "takes nothing beside it");
      }
      return cancel(cancelled.get(), arguments.isDryRun());
    }
    return switch (action) {
      case "pause" -> pause(project, arguments.isDryRun());
      case "resume" -> resume(project, arguments.isDryRun());
      default -> show(project);
    };
  }

  private static String action(Arguments arguments) {
    return arguments.oneOf(ACTION, List.of("show", "pause", "resume")).orElse("show");
  }

  private List<String> cancel(String project, boolean isDryRun) {
    if (isDryRun) {
      return List.of("would_cancel=" + pending(project) + " project=" + project);
    }
    return List.of(
        "cancelled="
            + queue.line().cancelAll(project, Requester.of(Actor.OPERATOR))
            + " project="
            + project);
  }

  private int pending(String project) {
    return picture(Optional.of(project)).projects().stream()
        .mapToInt(Overview.ProjectLine::pending)
        .sum();
  }

  private List<String> pause(Optional<String> project, boolean isDryRun) {
    if (isDryRun) {
      return List.of("would_pause=" + project.orElse("all"));
    }
    var isNew = queue.pauses().pause(project, Actor.OPERATOR.keyName());
    return List.of((isNew ? "paused=" : "paused_already=") + project.orElse("all"));
  }

  private List<String> resume(Optional<String> project, boolean isDryRun) {
    if (isDryRun) {
      return List.of("would_resume=" + project.orElse("all"));
    }
    var lines = new ArrayList<String>();
    var wasPaused = queue.pauses().resume(project);
    lines.add((wasPaused ? "resumed=" : "not_paused=") + project.orElse("all"));
    queue.pauses().list().forEach(it -> lines.add(line(it)));
    return lines;
  }

  private List<String> show(Optional<String> project) {
    var picture = picture(project);
    var lines = new ArrayList<String>();
    lines.add("paused=" + picture.paused());
    picture.pending().forEach((priority, count) -> lines.add(priority.wire() + "=" + count));
    lines.add("running=" + picture.running());
    lines.add("oldest_pending_seconds=" + picture.oldestPendingSeconds());
    lines.add("concurrent_commands=" + picture.concurrentCommands());
    for (var line : picture.projects()) {
      lines.add(
          "project="
              + line.id()
              + " pending="
              + line.pending()
              + " running="
              + line.running()
              + " paused="
              + line.paused());
    }
    queue.pauses().list().forEach(it -> lines.add(line(it)));
    return lines;
  }

  private Overview.Picture picture(Optional<String> project) {
    return queue
        .overview()
        .picture(
            project.map(List::of).orElse(List.of()), it -> project.map(it::equals).orElse(true));
  }

  private static String line(Pauses.Pause pause) {
    return "pause="
        + pause.project().orElse("all")
        + " since="
        + Timestamps.format(pause.since())
        + " by="
        + pause.by();
  }
}
