package ai.orchard9.rdev.ops.task;

import ai.orchard9.rdev.error.ApiException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;

/// `streams`: who follows what at the server asked, and ends it.
public final class StreamsTask implements AdminTask {
  private static final String CLOSE = "close";
  private static final String KEY = "key";
  private static final String PROJECT = "project";
  private static final String ALL = "all";

  /// Each by itself; of more only the sums are shown.
  private static final int MOST_SHOWN = 200;

  private final Streams streams;

  public StreamsTask(Streams streams) {
    this.streams = streams;
  }

  /// What can be shown and ended.
  public interface Streams {
    /// Those that are open.
    List<Open> list();

    /// Tells those who follow to reconnect; returns how many there were.
    int close(Predicate<Open> which);
  }

  /// One open stream.
  ///
  /// @param target the command's id, or empty for the life of a project
  public record Open(long number, String keyPrefix, String project, String target, Duration age) {}

  @Override
  public String name() {
    return "streams";
  }

  @Override
  public List<String> usage() {
    return List.of(KEY + "=<prefix>", PROJECT + "=<project>", CLOSE + "=<id>|" + ALL);
  }

  @Override
  public boolean isChange(Arguments arguments) {
    return arguments.find(CLOSE).isPresent();
  }

  @Override
  public List<String> run(Arguments arguments) {
    var chosen = chosen(arguments);
    if (arguments.find(CLOSE).isEmpty()) {
      return show(streams.list().stream().filter(chosen).toList());
    }
    if (arguments.isDryRun()) {
      return List.of("would_close=" + streams.list().stream().filter(chosen).count());
    }
    return List.of("closed=" + streams.close(chosen));
  }

  private static Predicate<Open> chosen(Arguments arguments) {
    var key = arguments.find(KEY);
    var project = arguments.project(PROJECT);
    Predicate<Open> chosen =
        it ->
            key.map(it.keyPrefix()::equals).orElse(true)
                && project.map(it.project()::equals).orElse(true);
    var close = arguments.find(CLOSE).filter(it -> !it.equals(ALL));
    if (close.isEmpty()) {
      return chosen;
    }
    if (!close.get().matches("[0-9]{1,18}")) {
      throw ApiException.badField(CLOSE, "must be all or the id of a stream, a number");
    }
    var number = Long.parseLong(close.get());
    return chosen.and(it -> it.number() == number);
  }

  private record Group(String keyPrefix, String project) {}

  private static List<String> show(List<Open> open) {
    var groups =
        new TreeMap<Group, List<Open>>(
            Comparator.comparing(Group::keyPrefix).thenComparing(Group::project));
    open.forEach(
        it ->
            groups
                .computeIfAbsent(new Group(it.keyPrefix(), it.project()), _ -> new ArrayList<>())
                .add(it));
    var lines = new ArrayList<String>();
    lines.add("open=" + open.size());
    groups.forEach((group, members) -> lines.add(line(group, members)));
    open.stream()
        .sorted(Comparator.comparing(Open::age).reversed())
        .limit(MOST_SHOWN)
        .forEach(it -> lines.add(line(it)));
    if (open.size() > MOST_SHOWN) {
      lines.add("not_shown=" + (open.size() - MOST_SHOWN));
    }
    return lines;
  }

  private static String line(Group group, List<Open> members) {
    var oldest = members.stream().map(Open::age).max(Comparator.naturalOrder()).orElseThrow();
    return "key="
        + group.keyPrefix()
        + " project="
        + group.project()
        + " streams="
        + members.size()
        + " oldest_seconds="
        + oldest.toSeconds();
  }

  private static String line(Open open) {
    return "stream="
        + open.number()
        + " key="
        + open.keyPrefix()
        + " project="
        + open.project()
        + (open.target().isEmpty() ? "" : " command=" + open.target())
        + " age_seconds="
        + open.age().toSeconds();
  }
}
