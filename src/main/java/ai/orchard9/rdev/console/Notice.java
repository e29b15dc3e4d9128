package ai.orchard9.rdev.console;

import java.net.URI;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What a page says after something was done: its name travels in the address, its words do not.
enum Notice {
  CANCELLING("Cancelling: the receipt shows what was killed"),
  CANCELLED("The command was cancelled before it started"),
  PRIORITY_CHANGED("The priority was changed"),
  KEY_REVOKED("The key was revoked; its streams end within a second"),
  WEBHOOK_CREATED("The webhook was created"),
  WEBHOOK_CHANGED("The webhook was changed"),
  WEBHOOK_DELETED("The webhook was deleted; its deliveries stay on record"),
  DELIVERY_REQUESTED("It is being sent"),
  QUEUE_PAUSED("Nothing more starts until the queue is resumed; what runs goes on"),
  QUEUE_RESUMED("Commands start again"),
  PROJECT_PAUSED("Nothing more starts there until it is resumed"),
  PROJECT_RESUMED("Commands start again"),
  CONFIG_WRITTEN("It was written: whatever starts from now on reads it"),
  CONFIG_DELETED("It was deleted"),
  LOGGED_OUT("You are logged out");

  private static final String PARAMETER = "notice";

  private final String text;

  Notice(String text) {
    this.text = text;
  }

  /// The same page, which then says so.
  URI on(String path) {
    var mark = path.indexOf('?') < 0 ? "?" : "&";
    return URI.create(path + mark + PARAMETER + "=" + name().toLowerCase(Locale.ROOT));
  }

  /// The words; null for anything that is no notice.
  static @Nullable String text(@Nullable String name) {
    return Arrays.stream(values())
        .filter(it -> it.name().toLowerCase(Locale.ROOT).equals(name))
        .map(it -> it.text)
        .findFirst()
        .orElse(null);
  }
}
