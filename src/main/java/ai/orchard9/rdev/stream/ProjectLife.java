package ai.orchard9.rdev.stream;

import ai.orchard9.rdev.command.life.ProjectEvent;
import ai.orchard9.rdev.command.life.ProjectEvents;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// The life of a project: each change of a command's status, without end.
final class ProjectLife implements Source {

  private static final int BATCH = 100;

  private final ProjectEvents events;
  private final EventJson json;
  private final String project;
  private final ArrayDeque<Piece> ready = new ArrayDeque<>(2);
  private @Nullable Runnable unsubscribe;
  private long after;
  private volatile boolean stale = true;

  ProjectLife(ProjectEvents events, EventJson json, String project, long after) {
    this.events = events;
    this.json = json;
    this.project = project;
    this.after = after;
    ready.add(new Piece.Data(Frames.RETRY));
    ready.add(new Piece.Data(Frames.event(null, "connected", json.connected(project, after > 0))));
  }

  @Override
  public void open(Runnable wake) {
    unsubscribe =
        events.subscribe(
            project,
            () -> {
              stale = true;
              wake.run();
            });
  }

  @Override
  public Piece poll() {
    Piece piece = ready.poll();
    if (piece != null) {
      return piece;
    }
    return stale ? Piece.BLOCKED : Piece.WAITING;
  }

  @Override
  public void prepare() {
    stale = false;
    try {
      var batch = events.list(project, after, BATCH);
      for (ProjectEvent event : batch) {
        ready.add(new Piece.Data(Frames.event(event.position(), "command", json.life(event))));
        after = event.position();
      }
      if (batch.size() == BATCH) {
        stale = true;
      }
    } catch (RuntimeException e) {
      stale = true;
      throw e;
    }
  }

  @Override
  public byte[] heartbeat() {
    return Frames.event(null, "heartbeat", json.heartbeat());
  }

  @Override
  public byte[] farewell(String code, String message) {
    return Frames.event(null, "stream_error", json.streamError(code, message));
  }

  @Override
  public void close() {
    if (unsubscribe != null) {
      unsubscribe.run();
    }
  }
}
