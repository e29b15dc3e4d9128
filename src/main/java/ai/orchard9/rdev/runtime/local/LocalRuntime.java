package ai.orchard9.rdev.runtime.local;

import ai.orchard9.rdev.runtime.Found;
import ai.orchard9.rdev.runtime.Listing;
import ai.orchard9.rdev.runtime.Place;
import ai.orchard9.rdev.runtime.Runtime;
import ai.orchard9.rdev.runtime.RuntimeUnavailableException;
import ai.orchard9.rdev.runtime.Session;
import ai.orchard9.rdev.runtime.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Runs projects on this machine: every directory in the workspaces folder is one, its name the id.
/// Linux only, for the spool reads /proc.
public final class LocalRuntime implements Runtime {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

  /// All that commands inherit. The server's own environment holds secrets.
  private static final Set<String> INHERITED =
      Set.of("PATH", "HOME", "USER", "SHELL", "LANG", "TERM", "TZ");

  /// Bits of SigIgn in /proc/self/status: signal n is bit n - 1.
  private static final long INT_OR_QUIT = 0b110;

  private final Path workspaces;
  private final Path spoolRoot;
  private final Map<String, String> environment;
  private final List<String> launcher;
  private final AtomicLong version = new AtomicLong();

  /// @param workspaces the folder of projects
  /// @param spoolRoot where commands are kept while they run; made when needed
  /// @throws UnsupportedOperationException this is not Linux, or setsid is missing
  public LocalRuntime(Path workspaces, Path spoolRoot) {
    this.workspaces = workspaces.toAbsolutePath().normalize();
    this.spoolRoot = spoolRoot.toAbsolutePath().normalize();
    this.environment =
        System.getenv().entrySet().stream()
            .filter(variable -> INHERITED.contains(variable.getKey()))
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
    this.launcher = launcher();
  }

  /// A session of its own for each: a Ctrl-C at the server's terminal must not reach it. And
  /// signals that the server ignores, as one started with nohup or & does, would be ignored in
  /// commands for ever: no shell can undo that.
  private static List<String> launcher() {
    if (!Files.isReadable(Path.of("/proc/self/stat"))) {
      throw new UnsupportedOperationException(
          "local projects need Linux: on " + System.getProperty("os.name") + " use a container");
    }
    if (!ignoresInterrupts()) {
      return List.of("setsid", "--");
    }
    return List.of("setsid", "--", "env", "--default-signal=INT,QUIT", "--");
  }

  private static boolean ignoresInterrupts() {
    try (var lines = Files.lines(Path.of("/proc/self/status"))) {
      return lines
          .filter(line -> line.startsWith("SigIgn:"))
          .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
          .anyMatch(ignored -> (ignored & INT_OR_QUIT) != 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Listing list() throws RuntimeUnavailableException {
    try (var entries = Files.list(workspaces)) {
      var found = new ArrayList<Found>();
      var leftOut = new ArrayList<String>();
      for (var directory : entries.filter(Files::isDirectory).toList()) {
        var id = directory.getFileName().toString();
        if (ID.matcher(id).matches()) {
          found.add(found(id, directory));
        } else if (!id.startsWith(".")) {
          leftOut.add(id + ": its name is no project id: " + ID.pattern());
        }
      }
      return new Listing(version.incrementAndGet(), found, leftOut);
    } catch (IOException | UncheckedIOException e) {
      throw new RuntimeUnavailableException("cannot list " + workspaces, e);
    }
  }

  private static Found found(String id, Path directory) throws IOException {
    return new Found(
        new Place(id, null, directory.toString()),
        id,
        Status.RUNNING,
        Files.getLastModifiedTime(directory).toInstant(),
        Map.of(),
        Map.of(),
        List.of());
  }

  @Override
  public Session open(Place place, List<String> argv) throws RuntimeUnavailableException {
    var line = new ArrayList<>(launcher);
    line.addAll(argv);
    // Not in the work directory: the command goes there by itself, and says so when it cannot.
    var builder = new ProcessBuilder(line).directory(workspaces.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    try {
      return new LocalSession(builder.start());
    } catch (IOException e) {
      throw new RuntimeUnavailableException("cannot start " + line.getFirst(), e);
    }
  }

  @Override
  public String spoolRoot() {
    return spoolRoot.toString();
  }
}
