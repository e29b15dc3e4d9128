package ai.orchard9.rdev.console;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/// A kill's receipt as a person would tell it.
final class KillWords {
  private KillWords() {}

  /// Null: nothing was killed.
  static @Nullable String of(@Nullable JsonNode receipt) {
    if (receipt == null || receipt.isNull()) {
      return null;
    }
    var signals = new ArrayList<String>();
    receipt.path("signals").forEach(it -> signals.add(it.asText()));
    var killed = receipt.path("killed").asInt();
    var words = new StringBuilder(reason(receipt.path("reason").asText()));
    words.append(
        signals.isEmpty() ? "No signal was sent." : String.join(", then ", signals) + " was sent");
    if (!signals.isEmpty()) {
      words.append("; ").append(killed).append(killed == 1 ? " process" : " processes");
      words.append(" ended by it.");
    }
    return words.append(survivors(receipt.path("survivors"))).toString();
  }

  private static String reason(String reason) {
    return switch (reason) {
      case "cancel" -> "Somebody cancelled it. ";
      case "timeout" -> "It took longer than it was given. ";
      case "output_limit" -> "It printed more than is kept. ";
      case "budget" -> "It used up its budget. ";
      case "agent_result" -> "It had told its result and did not end. ";
      case "watchdog" -> "No server was there to end it in time, so its watchdog did. ";
      default -> "";
    };
  }

  private static String survivors(JsonNode survivors) {
    if (survivors.isEmpty()) {
      return " Nothing survived.";
    }
    var names = new ArrayList<String>();
    survivors.forEach(
        it -> names.add(it.path("name").asText() + " (" + it.path("pid").asText() + ")"));
    return " Still there: " + String.join(", ", names) + ".";
  }
}
