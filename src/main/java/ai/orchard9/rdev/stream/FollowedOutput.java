package ai.orchard9.rdev.stream;

import ai.orchard9.rdev.command.output.Chunk;
import ai.orchard9.rdev.command.output.CommandKey;
import ai.orchard9.rdev.command.output.Next;
import ai.orchard9.rdev.command.output.OutputLog;
import ai.orchard9.rdev.command.output.OutputReader;
import ai.orchard9.rdev.command.output.StreamName;
import ai.orchard9.rdev.command.output.Subscription;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The bytes of a running command's streams from the first to the last, as they are recorded.
final class FollowedOutput implements Source {

  private final OutputLog log;
  private final String commandId;
  private final List<StreamName> streams;
  private final OutputReader reader;
  private @Nullable Subscription subscription;

  FollowedOutput(OutputLog log, CommandKey key, List<StreamName> streams) {
    this.log = log;
    this.commandId = key.id();
    this.streams = streams;
    this.reader = log.reader(key, 0);
  }

  @Override
  public void open(Runnable wake) {
    subscription = log.subscribe(commandId, wake);
  }

  @Override
  public Piece poll() {
    while (true) {
      switch (reader.poll()) {
        case Next.Found found -> {
          Chunk chunk = found.shared().chunk();
          if (streams.contains(chunk.stream())) {
            return new Piece.Data(chunk.bytes());
          }
        }
        case Next.Gap gap -> {
          return Piece.BROKEN;
        }
        case Next.Waiting() -> {
          return Piece.WAITING;
        }
        case Next.AskDatabase() -> {
          return Piece.BLOCKED;
        }
        case Next.Ended() -> {
          return Piece.END;
        }
      }
    }
  }

  @Override
  public void prepare() {
    reader.load();
  }

  @Override
  public void close() {
    if (subscription != null) {
      subscription.close();
    }
    reader.close();
  }
}
