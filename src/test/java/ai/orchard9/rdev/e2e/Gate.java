package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// A project whose commands note their start and then stand before a gate, each before its own,
/// until the test opens it.
record Gate(ServerProcess server, String project) {
  private static final Duration SOON = Duration.ofSeconds(30);

  /// Longer than a server takes to look whether it may start something.
  private static final Duration A_WHILE = Duration.ofMillis(1300);

  private static final String SCRIPT =
      """
      echo $RDEV_COMMAND_ID >>started
      until [ -e open-$RDEV_COMMAND_ID ]; do sleep 0.05; done
      """;

  /// In a project in which nothing was submitted before.
  static Gate anew() {
    return new Gate(SharedPair.one(), SharedPair.newProject());
  }

  /// The same project as another server sees it.
  Gate at(ServerProcess other) {
    return new Gate(other, project);
  }

  /// Queues a command.
  String submit() {
    return submit(Map.of());
  }

  /// Queues so many, one after the other.
  List<String> submit(int count) {
    return IntStream.range(0, count).mapToObj(_ -> submit()).toList();
  }

  /// Queues a command with more fields.
  String submit(Map<String, ?> fields) {
    return post(fields, server.client()).data().path("id").asText();
  }

  /// Queues a command for somebody.
  ApiClient.Answer post(Map<String, ?> fields, ApiClient client, String... headers) {
    var body = new LinkedHashMap<String, Object>(fields);
    body.put("command", SCRIPT);
    var answer = client.post("/projects/" + project + "/shell", body, headers);
    assertThat(answer.status()).as(answer.text()).isEqualTo(202);
    return answer;
  }

  /// Queues a command and waits until it runs.
  String run() {
    var id = submit();
    await(id).atMost(SOON).pollInterval(Duration.ofMillis(20)).until(() -> started().contains(id));
    return id;
  }

  /// Lets commands go, started or not.
  void open(String... ids) {
    for (var id : ids) {
      try {
        Files.createFile(folder().resolve("open-" + id));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /// Lets a command go and waits for its end.
  void end(String id) {
    open(id);
    assertThat(server.client().awaitEnd(id, SOON).path("status").asText()).isEqualTo("completed");
  }

  /// What has started, in that order.
  List<String> started() {
    var notes = folder().resolve("started");
    try {
      return Files.exists(notes) ? Files.readAllLines(notes) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Waits until so many have started.
  void awaitStarted(int count, Duration within) {
    await("%d started in %s".formatted(count, project))
        .atMost(within)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> started().size() >= count);
  }

  /// Fails when more than these start.
  void assertNoneStartBeside(String... ids) {
    await("nothing more starts in " + project)
        .during(A_WHILE)
        .atMost(A_WHILE.multipliedBy(3))
        .pollInterval(Duration.ofMillis(50))
        .until(this::started, List.of(ids)::equals);
  }

  private Path folder() {
    return server.workspace(project);
  }
}
