package ai.orchard9.rdev.execution.spool;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a kill did.
///
/// @param reason of the one who killed first, which need not be the caller
/// @param signals as sent, such as `TERM`, `KILL`
/// @param killed how many processes of the command are gone
/// @param survivors whom no signal could end, the first twenty
public record KillReceipt(
    String reason, List<String> signals, int killed, List<Survivor> survivors) {
  /// A process that outlived the kill.
  public record Survivor(long pid, String name) {}

  public KillReceipt {
    signals = List.copyOf(signals);
    survivors = List.copyOf(survivors);
  }

  static Optional<KillReceipt> parse(String text) {
    var fields = Fields.parse(text);
    try {
      return Optional.of(
          new KillReceipt(
              fields.get("reason"),
              List.of(fields.get("signals").split(",", -1)),
              fields.number("killed"),
              survivors(fields.get("survivors"))));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static List<Survivor> survivors(String text) {
    var survivors = new ArrayList<Survivor>();
    for (var part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      var colon = part.indexOf(':');
      survivors.add(
          new Survivor(Long.parseLong(part.substring(0, colon)), part.substring(colon + 1)));
    }
    return survivors;
  }
}
