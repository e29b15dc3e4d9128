package ai.orchard9.rdev.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.CuttingProxy;
import ai.orchard9.rdev.testing.Playground;
import ai.orchard9.rdev.testing.ServerProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The clients that `docs/api/streaming.md` has, as somebody copies them, over connections that
/// break: behind the id of an event whose data has not come yet, and before anything.
final class StreamingClientsTest {
  private static final Path PAGE = Playground.project().resolve("docs/api/streaming.md");
  private static final String JAVA_HERE = System.getProperty("java.home") + "/bin/java";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /// Some lines, more of them later, one that is split, and an end without a newline.
  private static final String COMMAND =
      """
      for i in $(seq 1 60); do echo "line $i – é"; done
      sleep 1
      head -c 150000 /dev/zero | tr '\\0' x
      printf '\\nend'\
      """;

  private static final Map<Client, Running> RUNNING = new HashMap<>();
  private static String id = "";

  /// A client of the page.
  enum Client {
    CURL("bash", "follow.sh", false, "bash", "curl"),
    JAVASCRIPT("javascript", "follow.mjs", true, "node", "node"),
    PYTHON("python", "follow.py", true, "python3", "python3"),
    JAVA("java", "Follow.java", false, JAVA_HERE, JAVA_HERE);

    private final String language;
    private final String file;
    private final boolean printsLines;
    private final String program;
    private final String uses;

    /// @param printsLines whether it prints what the command has printed, or else the events' data
    /// @param program what runs the file
    /// @param uses what has to be there for that
    Client(String language, String file, boolean printsLines, String program, String uses) {
      this.language = language;
      this.file = file;
      this.printsLines = printsLines;
      this.program = program;
      this.uses = uses;
    }

    boolean canRun() {
      return isThere(program) && isThere(uses);
    }

    private static boolean isThere(String tool) {
      return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
          .map(it -> Path.of(it).resolve(tool))
          .anyMatch(Files::isExecutable);
    }

    String source() throws IOException {
      var block = Pattern.compile("(?s)\n```" + language + "\n(.*?)\n```\n");
      var match = block.matcher(Files.readString(PAGE));
      assertThat(match.find()).as("a client in " + language).isTrue();
      return match.group(1) + "\n";
    }
  }

  private record Running(Process process, CuttingProxy proxy, Path output) {}

  @BeforeAll
  static void startAll() throws IOException {
    var server = SharedServer.get();
    id = server.client().shell(COMMAND);
    for (var client : Client.values()) {
      if (client.canRun()) {
        RUNNING.put(client, start(client, server));
      }
    }
  }

  private static Running start(Client client, ServerProcess server) throws IOException {
    var folder = Playground.folder("client-" + client.language);
    var program = Files.writeString(folder.resolve(client.file), client.source());
    var output = folder.resolve("output");
    var proxy = new CuttingProxy(server.uri(), "\nid: 20\n");
    var builder =
        new ProcessBuilder(client.program, program.toString())
            .redirectOutput(output.toFile())
            .redirectError(folder.resolve("errors").toFile());
    builder.environment().put("RDEV", proxy.uri().toString());
    builder.environment().put("KEY", ServerProcess.KEY);
    builder.environment().put("ID", id);
    // Some images have another; what it prints is UTF-8 whatever it thinks.
    builder.environment().put("LANG", "C.UTF-8");
    return new Running(builder.start(), proxy, output);
  }

  @AfterAll
  static void endAll() throws IOException {
    for (var running : RUNNING.values()) {
      running.process().destroyForcibly();
      running.proxy().close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void comesBackWithoutLoss(Client client) throws Exception {
    assumeTrue(client.canRun(), client.program + " or " + client.uses + " is not here");
    var running = Objects.requireNonNull(RUNNING.get(client));

    var ended = running.process().waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);

    var errors = Files.readString(running.output().resolveSibling("errors"));
    assertThat(ended).as("%s has ended; %s", client, errors).isTrue();
    assertThat(running.process().exitValue()).as(errors).isZero();
    assertThat(Files.readString(running.output()))
        .isEqualTo(client.printsLines ? printed() : events());
    assertThat(running.proxy().connections()).isEqualTo(3);
  }

  /// With a key that is refused it says so and ends, instead of asking for ever.
  @ParameterizedTest
  @EnumSource
  void endsWhenItIsRefused(Client client) throws Exception {
    assumeTrue(client.canRun(), client.program + " or " + client.uses + " is not here");
    var folder = Playground.folder("refused-" + client.language);
    var program = Files.writeString(folder.resolve(client.file), client.source());
    var builder = new ProcessBuilder(client.program, program.toString());
    builder.redirectErrorStream(true).redirectOutput(folder.resolve("output").toFile());
    builder.environment().put("RDEV", SharedServer.get().uri().toString());
    builder.environment().put("KEY", ServerProcess.KEY);
    builder.environment().put("ID", "cmd-unknown");

    var process = builder.start();

    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isNotZero();
  }

  @Test
  void pageHasAllOfThem() throws IOException {
    for (var client : Client.values()) {
      assertThat(client.source()).contains("Last-Event-ID", "X-API-Key");
    }
  }

  private static String printed() {
    return new String(client().output(id), UTF_8);
  }

  private static String events() {
    var lines = new StringBuilder();
    try (var events = client().events(id)) {
      for (var event = events.next(); event.isPresent(); event = events.next()) {
        if (List.of("output", "complete").contains(event.get().name())) {
          lines.append(event.get().name()).append(' ').append(event.get().data()).append('\n');
        }
      }
    }
    return lines.toString();
  }

  private static ApiClient client() {
    return SharedServer.get().client();
  }
}
