package ai.orchard9.rdev.command.output;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/// Where a command's output is stored: its id, and the UTC day it was created, which names the
/// partition.
public record CommandKey(String id, LocalDate createdDay) {

  /// The key of a command created at that instant.
  public static CommandKey of(String id, Instant createdAt) {
    return new CommandKey(id, createdAt.atOffset(ZoneOffset.UTC).toLocalDate());
  }
}
