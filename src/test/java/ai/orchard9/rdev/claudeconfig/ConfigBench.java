package ai.orchard9.rdev.claudeconfig;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.runtime.Place;
import ai.orchard9.rdev.runtime.Runtime;
import ai.orchard9.rdev.runtime.Session;
import ai.orchard9.rdev.runtime.local.LocalRuntime;
import ai.orchard9.rdev.testing.Playground;
import ai.orchard9.rdev.testing.ProjectShell;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/// A project of its own under one shell, and a folder beside it that nothing may touch.
final class ConfigBench implements AutoCloseable {
  static final Instant NOW = Instant.parse("2026-11-21T09:41:00Z");

  final Path home;
  final Path work;
  final Path outside;
  private final Path programs;
  private final boolean ours;
  final Place place;
  final Runtime runtime;
  final FarSide far;
  final ConfigStore store;

  ConfigBench(ProjectShell shell) throws IOException {
    this(shell, Files.createTempDirectory("config-test"), true);
  }

  ConfigBench(ProjectShell shell, Path home) throws IOException {
    this(shell, home, false);
  }

  private ConfigBench(ProjectShell shell, Path home, boolean ours) throws IOException {
    this.ours = ours;
    this.home = home;
    this.work = Files.createDirectories(home.resolve("workspaces/p"));
    this.outside = Files.createDirectories(home.resolve("outside"));
    this.place = new Place("p", null, work.toString());
    this.programs = Files.createTempDirectory("config-bin");
    this.runtime =
        shell.within(
            new LocalRuntime(home.resolve("workspaces"), home.resolve("spool")),
            programs.resolve("bin"));
    this.far = new FarSide(runtime, Duration.ofSeconds(10), () -> NOW);
    this.store = new ConfigStore(far);
  }

  Path path(ConfigKind kind, String name) {
    return work.resolve(kind.path(name));
  }

  Path folder(ConfigKind kind) {
    return work.resolve(".claude").resolve(kind.wire());
  }

  /// Puts a file there without asking anybody.
  Path place(ConfigKind kind, String name, String content) throws IOException {
    var path = path(kind, name);
    Files.createDirectories(Objects.requireNonNull(path.getParent()));
    return Files.writeString(path, content);
  }

  ConfigStore.Change begin(ConfigKind kind, String name, String content, boolean replace) {
    var bytes = content.getBytes(UTF_8);
    return store.write(place, kind, new ConfigRules.Checked(name, bytes), replace);
  }

  /// Makes or replaces one, and says whether there was none.
  boolean put(ConfigKind kind, String name, String content) {
    try (var change = begin(kind, name, content, true)) {
      change.make();
      return change.isNew();
    }
  }

  void create(ConfigKind kind, String name, String content) {
    try (var change = begin(kind, name, content, false)) {
      change.make();
    }
  }

  String read(ConfigKind kind, String name) {
    return store.read(place, kind, name).content();
  }

  void delete(ConfigKind kind, String name) {
    try (var change = store.delete(place, kind, name)) {
      change.make();
    }
  }

  Map<ConfigKind, ConfigList> list() {
    return store.list(place, EnumSet.allOf(ConfigKind.class));
  }

  List<String> names(ConfigKind kind) {
    return store
        .list(place, EnumSet.of(kind))
        .getOrDefault(kind, ConfigList.EMPTY)
        .entries()
        .stream()
        .map(ConfigEntry::name)
        .toList();
  }

  static ApiException refusal(ThrowingCallable call) {
    var refusal = catchThrowableOfType(ApiException.class, call);
    if (refusal == null) {
      throw new AssertionError("it was not refused");
    }
    return refusal;
  }

  /// The script of the far side.
  static String script() throws IOException {
    return Files.readString(Path.of("src/main/resources/ai/orchard9/rdev/claudeconfig/config.sh"));
  }

  /// Asks such a script for something and tells it to go on.
  ///
  /// @param request verb, kind and name
  /// @return what it answered, in lines
  List<String> talk(String script, String request, String content) throws Exception {
    var lines = new ArrayList<String>();
    try (var session = runtime.open(place, List.of("sh", "-c", script))) {
      var head =
          "%s %d 0123456789abcdef 1795000000\n%s\n".formatted(request, content.length(), work);
      say(session, head + content);
      var answer = new BufferedReader(new InputStreamReader(session.stdout(), UTF_8));
      for (var line = answer.readLine(); line != null; line = answer.readLine()) {
        lines.add(line);
        if (line.startsWith("ready")) {
          say(session, "go\n");
        }
      }
    }
    return lines;
  }

  private static void say(Session session, String text) throws IOException {
    session.stdin().write(text.getBytes(UTF_8));
    session.stdin().flush();
  }

  /// All that is in a folder, by its path there.
  static List<String> tree(Path folder) throws IOException {
    try (var all = Files.walk(folder)) {
      return all.map(it -> folder.relativize(it).toString())
          .filter(it -> !it.isEmpty())
          .sorted()
          .toList();
    }
  }

  /// Ends what is at work; what it has left can be looked at.
  void stop() {
    far.close();
  }

  @Override
  public void close() {
    stop();
    Playground.delete(programs);
    if (ours) {
      Playground.delete(home);
    }
  }
}
