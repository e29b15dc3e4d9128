package ai.orchard9.rdev.execution.spool;

import java.util.Optional;

/// How a command ended, as its supervisor saw it.
///
/// @param exit the status, 0 to 255; 128 + n when signal n ended it
/// @param started false when nothing of it ran: the request did not come whole, or its directory
///   went
/// @param outputLost the disk beside it failed; the command ran on, its output is not whole
/// @param background processes of it that live on
/// @param killed signals were sent to it, by a server or by the watchdog: see the receipt
public record ExitRecord(
    int exit, boolean started, boolean outputLost, int background, boolean killed) {
  static Optional<ExitRecord> parse(String text) {
    var fields = Fields.parse(text);
    try {
      return Optional.of(
          new ExitRecord(
              fields.number("exit"),
              fields.flag("started"),
              fields.flag("lost"),
              fields.number("background"),
              fields.flag("killed")));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
