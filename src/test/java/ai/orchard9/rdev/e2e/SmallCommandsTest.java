package ai.orchard9.rdev.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.History;
import ai.orchard9.rdev.testing.Processes;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What a command did is told exactly: status, code, signal, bytes and hashes.
final class SmallCommandsTest {
  private final ApiClient client = SharedServer.get().client();

  /// One command and what must be told of it; texts are bytes, one a character.
  record Case(String script, int exit, String signal, String error, String out, String err) {
    static Case ok(String script, String out) {
      return ok(script, out, "");
    }

    static Case ok(String script, String out, String err) {
      return new Case(script, 0, "", "", out, err);
    }

    static Case exits(int exit, String script, String out) {
      return new Case(script, exit, "", "EXIT_NONZERO", out, "");
    }

    static Case signalled(int number, String signal, String script) {
      return new Case(script, 128 + number, signal, "SIGNALLED", "", "");
    }

    @Override
    public String toString() {
      return script;
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        Case.ok("true", ""),
        Case.ok(":", ""),
        Case.ok("echo hello", "hello\n"),
        Case.exits(7, "exit 7", ""),
        Case.exits(1, "exec false", ""),
        Case.exits(1, "set -e; echo before; false; echo after", "before\n"),
        Case.exits(2, "echo only this; (exit 2)", "only this\n"),
        Case.signalled(9, "KILL", "kill -9 $$"),
        Case.signalled(15, "TERM", "kill -TERM $$"),
        Case.signalled(11, "SEGV", "ulimit -c 0; kill -SEGV $$"),
        Case.ok("trap 'echo got' INT; kill -INT $$; echo end", "got\nend\n"),
        Case.ok("trap 'echo got' QUIT; kill -QUIT $$; echo end", "got\nend\n"),
        Case.ok(
            "echo one >&2; echo x >/dev/stderr; echo two >&2; echo out", "out\n", "one\nx\ntwo\n"),
        Case.ok("echo a; echo x >/dev/stdout; echo b", "a\nx\nb\n"),
        Case.ok("echo 1 >&2; echo a | tee /dev/stderr; echo 2 >&2", "a\n", "1\na\n2\n"),
        Case.ok("printf 'a\\nb'", "a\nb"),
        Case.ok("printf x; printf y >&2", "x", "y"),
        Case.ok(
            "head -c 300000 /dev/zero | tr '\\0' e >&2; echo out", "out\n", "e".repeat(300_000)),
        Case.ok("printf '\\377\\376\\000'", "\u00ff\u00fe\u0000"),
        Case.ok("printf '\\000'", "\u0000"),
        Case.ok("head -c 10485760 /dev/zero | tr '\\0' x; echo", "x".repeat(10_485_760) + "\n"),
        Case.ok("printf 'a\\r\\nb\\r\\n\\r'", "a\r\nb\r\n\r"),
        Case.ok("printf '\\033[31mred\\033[0m\\n'", "\u001b[31mred\u001b[0m\n"),
        Case.ok("printf '\\n\\n\\n'", "\n\n\n"),
        Case.ok("echo 'data: x'; echo 'id: 9'; echo; echo ': y'", "data: x\nid: 9\n\n: y\n"),
        Case.ok("echo 'it'\"'\"'s \"$(echo q)\" \\'", "it's \"$(echo q)\" \\\n"),
        Case.ok("cat; echo no input", "no input\n"),
        Case.ok("test -t 0 || test -t 1 || echo no terminal", "no terminal\n"),
        Case.ok("echo ${BASH_VERSION:+bash}", "bash\n"),
        Case.ok("exec > >(cat); echo hi", "hi\n"),
        Case.ok("seq 1 20000", lines(20_000)),
        Case.ok("for i in 1 2 3; do printf 'p%d' $i; sleep 0.3; done; echo .", "p1p2p3.\n"),
        Case.ok("printf 'gr\\303'; sleep 0.3; printf '\\274n\\n'", "gr\u00c3\u00bcn\n"));
  }

  private static String lines(int count) {
    var lines = new StringBuilder();
    for (int i = 1; i <= count; i++) {
      lines.append(i).append('\n');
    }
    return lines.toString();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void tellsExactlyWhatHappened(Case expected) {
    var id = client.shell(expected.script());
    var seen = new History();
    try (var events = client.events(id)) {
      seen.follow(events);
    }

    var command = client.awaitEnd(id, Duration.ofSeconds(30));
    assertThat(command.path("status").asText())
        .as(command.toString())
        .isEqualTo(expected.exit() == 0 ? "completed" : "failed");
    assertThat(command.path("exit_code").asInt(-1)).isEqualTo(expected.exit());
    assertThat(command.path("signal").asText("")).isEqualTo(expected.signal());
    assertThat(command.path("error").path("code").asText("")).isEqualTo(expected.error());
    assertStream(command, "stdout", expected.out());
    assertStream(command, "stderr", expected.err());
    assertThat(client.output(id)).hasSize(expected.out().length() + expected.err().length());
    if (isUtf8(expected.out()) && isUtf8(expected.err())) {
      seen.assertExact(client, id);
    } else {
      seen.assertFaultless();
      assertThat(new String(seen.bytes("stdout"), UTF_8))
          .isEqualTo(new String(expected.out().getBytes(ISO_8859_1), UTF_8));
    }
  }

  private void assertStream(JsonNode command, String stream, String text) {
    var expected = text.getBytes(ISO_8859_1);
    var actual = client.output(command.path("id").asText(), stream);
    assertThat(actual).hasSize(expected.length);
    assertThat(Arrays.equals(actual, expected)).as(stream + " is exact").isTrue();
    assertThat(command.path(stream + "_bytes").asLong()).isEqualTo(expected.length);
    assertThat(command.path(stream + "_sha256").asText()).isEqualTo(History.sha256(expected));
  }

  private static boolean isUtf8(String bytes) {
    try {
      var _ = UTF_8.newDecoder().decode(ISO_8859_1.encode(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  @Test
  void doesNotWaitForWhatACommandLeavesBehind() {
    var nonce = System.nanoTime() % 1_000_000;
    var before = System.nanoTime();

    var command = client.run("sleep 300." + nonce + " & echo hi");

    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(1));
    assertThat(command.path("status").asText()).isEqualTo("completed");
    assertThat(command.path("background").asInt()).isEqualTo(1);
    assertThat(client.output(command.path("id").asText())).asString(UTF_8).isEqualTo("hi\n");
    Processes.running("sleep 300." + nonce).forEach(pid -> Processes.signal("KILL", pid));
  }

  @Test
  void passesInputEnvironmentAndWorkDirectory() throws Exception {
    Files.createDirectories(SharedServer.get().workspace(ApiClient.DEMO).resolve("deep/er"));

    var command =
        client.run(
            Map.of(
                "command", "pwd | sed -E 's#.*/(demo|workspace)/##'; echo \"$GREETING\"; cat",
                "workdir", "deep/er",
                "env", Map.of("GREETING", "it's \"quoted\"\n$(echo no)"),
                "stdin", "first\nlast without newline",
                "metadata", Map.of("ticket", "T-1")));

    var id = command.path("id").asText();
    assertThat(client.output(id, "stdout"))
        .asString(UTF_8)
        .isEqualTo("deep/er\nit's \"quoted\"\n$(echo no)\nfirst\nlast without newline");
    assertThat(command.path("env").toString()).isEqualTo("[\"GREETING\"]");
    assertThat(command.path("workdir").asText()).isEqualTo("deep/er");
    assertThat(command.path("metadata").path("ticket").asText()).isEqualTo("T-1");
  }

  @Test
  void passesAMebibyteOfInput() {
    var input = "0123456789abcde\n".repeat(65_536);

    var command = client.run(Map.of("command", "sha256sum; echo >&2", "stdin", input));

    assertThat(client.output(command.path("id").asText(), "stdout"))
        .asString(UTF_8)
        .startsWith(History.sha256(input.getBytes(UTF_8)));
  }

  @Test
  void startsNothingWhereTheWorkDirectoryIsMissing() {
    var command = client.run(Map.of("command", "echo ran", "workdir", "not/there"));

    assertThat(command.path("status").asText()).isEqualTo("failed");
    assertThat(command.path("error").path("code").asText()).isEqualTo("START_FAILED");
    assertThat(command.path("exit_code").isNull()).isTrue();
    assertThat(client.output(command.path("id").asText())).isEmpty();
  }

  @Test
  void hidesTheServersSecretsFromCommands() {
    var command = client.run("env");

    assertThat(client.output(command.path("id").asText()))
        .asString(UTF_8)
        .contains("RDEV_COMMAND_ID=" + command.path("id").asText())
        .doesNotContain("RDEV_ADMIN_KEY", "DB_PASSWORD", "DB_HOST");
  }

  @Test
  void keepsThePipeOfALateWriterOutOfTheResult() {
    var lost = 0;
    for (int i = 0; i < 200; i++) {
      var command =
          client
              .post(
                  "/projects/demo/shell",
                  Map.of("command", "exec > >(tee log); echo hi"),
                  "Prefer",
                  "wait=30")
              .data();
      if (!"hi\n".equals(command.path("stdout").asText())) {
        lost++;
      }
    }

    assertThat(lost).as("of 200 without output").isZero();
  }
}
