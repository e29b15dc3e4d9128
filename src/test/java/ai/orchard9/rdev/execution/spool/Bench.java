package ai.orchard9.rdev.execution.spool;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.runtime.Place;
import ai.orchard9.rdev.runtime.Runtime;
import ai.orchard9.rdev.runtime.RuntimeUnavailableException;
import ai.orchard9.rdev.runtime.local.LocalRuntime;
import ai.orchard9.rdev.testing.Playground;
import ai.orchard9.rdev.testing.ProjectShell;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/// A project of its own under one shell, with real processes; kills at its end what it finds of
/// them, and deletes its folder.
final class Bench implements AutoCloseable {
  static final Duration LONG = Duration.ofSeconds(20);
  static final long OUTPUT_LIMIT = 256 << 20;

  final Path home;
  final Path root;
  final Place place;
  final Runtime runtime;
  final Spool spool;

  /// A number of seconds for `sleep` that no other process sleeps, to find ours by.
  final String sleep = "300." + ThreadLocalRandom.current().nextInt(100_000, 999_999);

  private int commands;

  Bench(ProjectShell shell) throws IOException {
    this(shell, Files.createTempDirectory("spool-test"));
  }

  Bench(ProjectShell shell, Path home) throws IOException {
    this(shell, home, home.resolve("spool"));
  }

  Bench(ProjectShell shell, Path home, Path root) throws IOException {
    this.home = home;
    this.root = root;
    var work = Files.createDirectories(home.resolve("workspaces/p"));
    this.place = new Place("p", null, work.toString());
    this.runtime =
        shell.within(new LocalRuntime(home.resolve("workspaces"), root), home.resolve("bin"));
    this.spool = new Spool(runtime, OUTPUT_LIMIT, Duration.ofSeconds(10), new PrometheusRegistry());
  }

  /// What a command printed and how it ended.
  @SuppressWarnings("ArrayRecordComponent")
  record Outcome(byte[] stdout, byte[] stderr, End end) {
    String out() {
      return new String(stdout, StandardCharsets.UTF_8);
    }

    String err() {
      return new String(stderr, StandardCharsets.UTF_8);
    }

    ExitRecord record() {
      assertThat(end).isInstanceOf(End.Ended.class);
      return ((End.Ended) end).record();
    }
  }

  /// A started command and the threads that read it.
  record Running(StartOrder order, Follow follow, Reader stdout, Reader stderr) {
    Outcome await() throws InterruptedException {
      var end = follow.end(LONG);
      return new Outcome(stdout.bytes(), stderr.bytes(), end);
    }

    Outcome finish() throws InterruptedException {
      var outcome = await();
      follow.done();
      return outcome;
    }

    Attempt attempt() {
      return order.attempt();
    }
  }

  /// Reads a stream as it comes.
  static final class Reader {
    private final ByteArrayOutputStream seen = new ByteArrayOutputStream();
    private final CompletableFuture<Void> over = new CompletableFuture<>();

    Reader(InputStream in) {
      Thread.ofPlatform()
          .daemon()
          .start(
              () -> {
                var buffer = new byte[8192];
                try {
                  for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    seen.write(buffer, 0, n);
                  }
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                } finally {
                  over.complete(null);
                }
              });
    }

    byte[] bytes() {
      return seen.toByteArray();
    }

    int size() {
      return seen.size();
    }

    String text() {
      return seen.toString(StandardCharsets.UTF_8);
    }
  }

  StartOrder order(String text) {
    return order(new Launch.Shell(text));
  }

  StartOrder order(Launch launch) {
    commands++;
    var id = "cmd-" + Long.toString(ThreadLocalRandom.current().nextLong(1L << 60), 36) + commands;
    return new StartOrder(
        new Attempt(id, 1),
        Marker.random(),
        1,
        null,
        Duration.ofMinutes(2),
        launch,
        Map.of(),
        "",
        new byte[0]);
  }

  static StartOrder with(StartOrder order, Map<String, String> environment) {
    return new StartOrder(
        order.attempt(),
        order.marker(),
        order.token(),
        order.instance(),
        order.watchdog(),
        order.launch(),
        environment,
        order.workdir(),
        order.stdin());
  }

  static StartOrder with(StartOrder order, byte[] stdin) {
    return new StartOrder(
        order.attempt(),
        order.marker(),
        order.token(),
        order.instance(),
        order.watchdog(),
        order.launch(),
        order.environment(),
        order.workdir(),
        stdin);
  }

  static StartOrder in(StartOrder order, String workdir) {
    return new StartOrder(
        order.attempt(),
        order.marker(),
        order.token(),
        order.instance(),
        order.watchdog(),
        order.launch(),
        order.environment(),
        workdir,
        order.stdin());
  }

  static StartOrder watched(StartOrder order, Duration watchdog) {
    return new StartOrder(
        order.attempt(),
        order.marker(),
        order.token(),
        order.instance(),
        watchdog,
        order.launch(),
        order.environment(),
        order.workdir(),
        order.stdin());
  }

  static StartOrder at(StartOrder order, String instance) {
    return new StartOrder(
        order.attempt(),
        order.marker(),
        order.token(),
        instance,
        order.watchdog(),
        order.launch(),
        order.environment(),
        order.workdir(),
        order.stdin());
  }

  /// Asks for the instance first, as every caller does.
  StartResult start(StartOrder order) throws RuntimeUnavailableException {
    var first = spool.start(place, order);
    return first instanceof StartResult.OtherInstance(var actual)
        ? spool.start(place, at(order, actual))
        : first;
  }

  String instance() throws RuntimeUnavailableException {
    return ((StartResult.OtherInstance) spool.start(place, order("true"))).actual();
  }

  Running run(StartOrder order) throws RuntimeUnavailableException {
    var result = start(order);
    assertThat(result).isInstanceOf(StartResult.Started.class);
    var started = (StartResult.Started) result;
    return new Running(
        at(order, started.instance()),
        started.follow(),
        new Reader(started.follow().stdout()),
        new Reader(started.follow().stderr()));
  }

  Running run(String text) throws RuntimeUnavailableException {
    return run(order(text));
  }

  AdoptOrder adoption(StartOrder order, long stdout, long stderr)
      throws RuntimeUnavailableException {
    return new AdoptOrder(
        order.attempt(), order.marker(), order.token() + 1, instance(), stdout, stderr);
  }

  Running adopt(StartOrder order, long stdout, long stderr) throws RuntimeUnavailableException {
    var result = spool.adopt(place, adoption(order, stdout, stderr));
    assertThat(result).isInstanceOf(AdoptResult.Following.class);
    var follow = ((AdoptResult.Following) result).follow();
    return new Running(order, follow, new Reader(follow.stdout()), new Reader(follow.stderr()));
  }

  Path directory(Attempt attempt) {
    return root.resolve(attempt.toString());
  }

  /// The pid that a file of the spool begins with, or the n-th word of it.
  long pid(Attempt attempt, String file, int word) throws IOException {
    var words = Files.readString(directory(attempt).resolve(file)).strip().split(" ", -1);
    return words.length > word && !words[word].isEmpty() ? Long.parseLong(words[word]) : 0;
  }

  /// Who sleeps for this bench now.
  List<Long> sleepers() {
    return processes(line -> line.endsWith("sleep " + sleep + " "));
  }

  /// Live processes by their command line; zombies have none.
  static List<Long> processes(Predicate<String> which) {
    var found = new ArrayList<Long>();
    ProcessHandle.allProcesses()
        .forEach(
            process -> {
              try {
                var line =
                    Files.readString(
                            Path.of("/proc/" + process.pid() + "/cmdline"),
                            StandardCharsets.ISO_8859_1)
                        .replace('\0', ' ');
                if (which.test(line)) {
                  found.add(process.pid());
                }
              } catch (IOException e) {
                // Gone meanwhile.
              }
            });
    return found;
  }

  static void signal(String name, long pid) throws IOException, InterruptedException {
    var kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).inheritIO().start();
    kill.waitFor();
  }

  @Override
  public void close() throws IOException {
    spool.close();
    for (var pid : sleepers()) {
      ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }
    delete(home);
  }

  /// Deletes a folder in which somebody may be writing his last.
  private static void delete(Path folder) {
    Awaitility.await("deleted " + folder)
        .atMost(LONG)
        .pollDelay(Duration.ZERO)
        .ignoreException(UncheckedIOException.class)
        .until(
            () -> {
              Playground.delete(folder);
              return true;
            });
  }
}
