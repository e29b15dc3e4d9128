package ai.orchard9.rdev.command.queue;

import ai.orchard9.rdev.command.CommandFilter;
import ai.orchard9.rdev.command.SearchFixture;
import ai.orchard9.rdev.command.model.Command;
import ai.orchard9.rdev.command.model.CommandStatus;
import ai.orchard9.rdev.command.model.CommandType;
import ai.orchard9.rdev.http.Cursor;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// A list of commands that somebody may ask for.
///
/// @param visible what the key may see; null: all
/// @param after where the page before ended; null: the first page
record Search(CommandFilter filter, @Nullable List<String> visible, @Nullable Instant after) {
  private static final int ROWS = 51;
  private static final UUID KEY = UUID.fromString("00000000-0000-4000-8000-000000000007");

  /// Everything that can be asked for by itself.
  private static List<Search> simple() {
    var now = Instant.now();
    var searches = new ArrayList<Search>();
    for (var project : List.of(LongLine.LONGEST, "project-07")) {
      searches.add(by(new CommandFilter(project, null, null, null, null, null)));
    }
    for (var status : CommandStatus.values()) {
      searches.add(of(status));
    }
    searches.add(by(new CommandFilter(null, null, CommandType.GIT, null, null, null)));
    searches.add(by(new CommandFilter(null, null, null, KEY, null, null)));
    searches.add(
        by(new CommandFilter(null, null, null, null, now.minus(Duration.ofHours(1)), null)));
    searches.add(
        by(new CommandFilter(null, null, null, null, null, now.minus(Duration.ofDays(3)))));
    searches.add(
        new Search(
            new CommandFilter(null, null, null, null, null, null),
            List.of("project-03", "project-04"),
            null));
    searches.add(
        new Search(
            new CommandFilter(null, null, null, null, null, null),
            null,
            now.minus(Duration.ofDays(1))));
    return searches;
  }

  /// Those, and each two together.
  static List<Search> all() {
    var simple = simple();
    return Stream.concat(
            Stream.of(by(new CommandFilter(null, null, null, null, null, null))),
            simple.stream().flatMap(one -> simple.stream().map(one::and)))
        .distinct()
        .toList();
  }

  static Search of(CommandStatus status) {
    return by(new CommandFilter(null, status, null, null, null, null));
  }

  private static Search by(CommandFilter filter) {
    return new Search(filter, null, null);
  }

  /// Both; this one's where both want the same.
  private Search and(Search other) {
    return new Search(
        new CommandFilter(
            either(filter.project(), other.filter.project()),
            either(filter.status(), other.filter.status()),
            either(filter.type(), other.filter.type()),
            either(filter.keyId(), other.filter.keyId()),
            either(filter.since(), other.filter.since()),
            either(filter.until(), other.filter.until())),
        either(visible, other.visible),
        either(after, other.after));
  }

  private static <T> @Nullable T either(@Nullable T one, @Nullable T other) {
    return one == null ? other : one;
  }

  List<Command> ask(Jdbi jdbi) {
    return SearchFixture.list(
        jdbi,
        filter,
        visible == null ? null : visible.toArray(String[]::new),
        ROWS,
        after == null ? Optional.empty() : Optional.of(Cursor.of("commands", after, "cmd-f")));
  }
}
