package ai.orchard9.rdev.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;

/// Facts about processes, read from `/proc`, and signals to them.
public final class Processes {
  private static final Path PROC = Path.of("/proc");

  private Processes() {}

  /// Sends a signal, named as `kill` names it; a process that is gone is no error.
  public static void signal(String name, long pid) {
    try {
      var kill =
          new ProcessBuilder("kill", "-" + name, Long.toString(pid))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!kill.waitFor(10, TimeUnit.SECONDS)) {
        throw new IllegalStateException("kill hangs");
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /// Memory that a process keeps in RAM.
  public static long residentBytes(long pid) {
    return status(pid, "VmRSS:") * 1024;
  }

  private static long status(long pid, String name) {
    return read(PROC.resolve(pid + "/status"))
        .lines()
        .filter(it -> it.startsWith(name))
        .map(it -> it.replaceAll("[^0-9]", ""))
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElse(0);
  }

  /// Every process there is.
  public static List<Long> all() {
    return list(PROC).stream()
        .map(it -> it.getFileName().toString())
        .filter(it -> !it.isEmpty() && it.chars().allMatch(c -> c >= '0' && c <= '9'))
        .map(Long::valueOf)
        .toList();
  }

  /// Processes that are dead and not waited for.
  public static Set<Long> zombies() {
    return where(pid -> state(pid) == 'Z');
  }

  /// Whether it runs: neither gone nor dead and not waited for.
  public static boolean isAlive(long pid) {
    var state = state(pid);
    return state != 'Z' && state != '?' && state != 'X';
  }

  /// Process state as in `/proc/PID/stat`, `?` when it is gone.
  public static char state(long pid) {
    var stat = read(PROC.resolve(pid + "/stat"));
    var end = stat.lastIndexOf(')');
    return end < 0 || stat.length() < end + 3 ? '?' : stat.charAt(end + 2);
  }

  /// Living processes that carry a command's mark in their environment.
  public static Set<Long> marked(String commandId) {
    var mark = "RDEV_COMMAND_ID=" + commandId;
    return where(
        pid ->
            isAlive(pid)
                && List.of(read(PROC.resolve(pid + "/environ")).split("\0", -1)).contains(mark));
  }

  /// Living processes whose command line has a text.
  public static Set<Long> running(String text) {
    var self = ProcessHandle.current().pid();
    return where(
        pid ->
            pid != self
                && isAlive(pid)
                && read(PROC.resolve(pid + "/cmdline")).replace('\0', ' ').contains(text));
  }

  /// Living processes that work in a folder: by directory, command line, environment or open file.
  public static Set<Long> touching(Path root) {
    var self = ProcessHandle.current().pid();
    var text = root.toString();
    return where(pid -> pid != self && isAlive(pid) && touches(pid, text));
  }

  private static boolean touches(long pid, String root) {
    var directory = PROC.resolve(Long.toString(pid));
    return link(directory.resolve("cwd")).startsWith(root)
        || read(directory.resolve("cmdline")).contains(root)
        || read(directory.resolve("environ")).contains(root)
        || list(directory.resolve("fd")).stream().anyMatch(it -> link(it).startsWith(root));
  }

  private static Set<Long> where(LongPredicate wanted) {
    return all().stream().filter(wanted::test).collect(Collectors.toCollection(TreeSet::new));
  }

  private static String link(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return "";
    }
  }

  /// What a process is, to be shown in a failed assertion.
  public static String describe(long pid) {
    return pid
        + " "
        + state(pid)
        + " "
        + read(PROC.resolve(pid + "/cmdline")).replace('\0', ' ').replaceAll("\\s+", " ").strip();
  }

  private static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }

  private static List<Path> list(Path directory) {
    var entries = new ArrayList<Path>();
    try (var stream = Files.newDirectoryStream(directory)) {
      stream.forEach(entries::add);
    } catch (IOException | DirectoryIteratorException e) {
      return entries;
    }
    return entries;
  }
}
