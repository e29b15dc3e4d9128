package ai.orchard9.rdev.stream;

import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.command.output.Chunk;
import ai.orchard9.rdev.command.output.CommandKey;
import ai.orchard9.rdev.command.output.Next;
import ai.orchard9.rdev.command.output.OutputLog;
import ai.orchard9.rdev.command.output.OutputReader;
import ai.orchard9.rdev.command.output.Subscription;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// The events of one command: what is recorded, what comes, `complete`.
final class CommandEvents implements Source {

  private final OutputLog log;
  private final CommandLookup commands;
  private final EventJson json;
  private final Command command;
  private final OutputReader reader;
  private final ArrayDeque<Piece> ready = new ArrayDeque<>(2);
  private @Nullable Subscription subscription;
  private Frames.@Nullable Cursor cursor;
  private boolean ended;
  private boolean said;

  CommandEvents(
      OutputLog log, CommandLookup commands, EventJson json, Command command, long after) {
    this.log = log;
    this.commands = commands;
    this.json = json;
    this.command = command;
    this.reader = log.reader(new CommandKey(command.id().value(), command.day()), after);
    ready.add(new Piece.Data(Frames.RETRY));
    ready.add(new Piece.Data(Frames.event(null, "connected", json.connected(command, after > 0))));
  }

  @Override
  public void open(Runnable wake) {
    subscription = log.subscribe(command.id().value(), wake);
  }

  @Override
  public Piece poll() {
    if (!ready.isEmpty()) {
      return ready.remove();
    }
    byte[] rest = cursor == null ? null : cursor.next();
    if (rest != null) {
      return new Piece.Data(rest);
    }
    cursor = null;
    if (ended) {
      return said ? Piece.END : Piece.BLOCKED;
    }
    return switch (reader.poll()) {
      case Next.Found found -> output(found);
      case Next.Gap gap ->
          new Piece.Data(Frames.event(gap.toEventId(), "gap", json.gap(gap, "purged")));
      case Next.Waiting() -> Piece.WAITING;
      case Next.AskDatabase() -> Piece.BLOCKED;
      case Next.Ended() -> {
        ended = true;
        yield Piece.BLOCKED;
      }
    };
  }

  @Override
  public void prepare() {
    if (!ended) {
      reader.load();
      return;
    }
    Command now = commands.find(command.id()).orElseThrow();
    byte[] complete = Frames.event(reader.position() + 1, "complete", json.complete(now));
    ready.add(new Piece.Data(complete));
    said = true;
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
    if (subscription != null) {
      subscription.close();
    }
    reader.close();
  }

  private Piece output(Next.Found found) {
    Chunk chunk = found.shared().chunk();
    if (found.firstEventId() == chunk.firstEventId() && Frames.isShareable(chunk)) {
      return new Piece.Data(found.shared().rendered(Frames::of));
    }
    cursor = new Frames.Cursor(chunk, found.firstEventId());
    byte[] first = cursor.next();
    return first == null ? Piece.WAITING : new Piece.Data(first);
  }
}
