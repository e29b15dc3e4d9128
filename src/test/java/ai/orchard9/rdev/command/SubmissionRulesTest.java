package ai.orchard9.rdev.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.orchard9.rdev.command.model.Priority;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.error.FieldError;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubmissionRulesTest {
  private final SubmissionRules rules = new SubmissionRules(Set.of("ANTHROPIC_LOG"));

  @Test
  void givesDefaultsToWhatIsAbsent() {
    var submission = rules.check(shell("true", null, null, null, null, null, null, null));

    assertThat(submission.instruction()).isEqualTo(new Instruction.Shell("true"));
    assertThat(submission.timeoutSeconds()).isEqualTo(1800);
    assertThat(submission.priority()).isEqualTo(Priority.NORMAL);
    assertThat(submission.workdir()).isEmpty();
    assertThat(submission.environment()).isEmpty();
    assertThat(submission.stdin()).isNull();
    assertThat(submission.startWithinSeconds()).isNull();
    assertThat(submission.metadata()).isEmpty();
  }

  static Stream<Arguments> faults() {
    var many = new HashMap<String, @Nullable String>();
    for (int i = 0; i < 65; i++) {
      many.put("V" + i, "x");
    }
    return Stream.of(
        fault("command", shell(null, null, null, null, null, null, null, null)),
        fault("command", shell("", null, null, null, null, null, null, null)),
        fault("command", shell("ä".repeat(32_769), null, null, null, null, null, null, null)),
        fault("timeout_seconds", shell("x", 0, null, null, null, null, null, null)),
        fault("timeout_seconds", shell("x", 86_401, null, null, null, null, null, null)),
        fault("priority", shell("x", null, "soon", null, null, null, null, null)),
        fault("workdir", shell("x", null, null, "../up", null, null, null, null)),
        fault("workdir", shell("x", null, null, "/abs", null, null, null, null)),
        fault("workdir", shell("x", null, null, "a/../../b", null, null, null, null)),
        fault("workdir", shell("x", null, null, "a\nb", null, null, null, null)),
        fault("env.RDEV_X", shell("x", null, null, null, Map.of("RDEV_X", "1"), null, null, null)),
        fault("env.A-B", shell("x", null, null, null, Map.of("A-B", "1"), null, null, null)),
        fault("env", shell("x", null, null, null, many, null, null, null)),
        fault(
            "env",
            shell("x", null, null, null, Map.of("A", "x".repeat(262_145)), null, null, null)),
        fault("stdin", shell("x", null, null, null, null, "x".repeat((1 << 20) + 1), null, null)),
        fault("start_within_seconds", shell("x", null, null, null, null, null, 0, null)),
        fault(
            "metadata.k",
            shell("x", null, null, null, null, null, null, Map.of("k", "x".repeat(257)))),
        fault("args", git(null, null)),
        fault("args", git(List.of(), null)),
        fault("env.PATH", git(List.of("status"), Map.of("PATH", "/tmp"))),
        fault("env.GIT_SSH_COMMAND", git(List.of("status"), Map.of("GIT_SSH_COMMAND", "sh"))),
        fault("prompt", claude(null, null)),
        fault("env.ANTHROPIC_BASE_URL", claude("hi", Map.of("ANTHROPIC_BASE_URL", "http://x"))));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void namesTheFieldAtFault(String field, SubmitRequest request) {
    assertFault(field, request);
  }

  private void assertFault(String field, SubmitRequest request) {
    assertThatExceptionOfType(ApiException.BadRequest.class)
        .isThrownBy(() -> rules.check(request))
        .satisfies(e -> assertThat(e.details()).extracting(FieldError::field).contains(field));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GIT_EXTERNAL_DIFF | sh",
        "GIT_CONFIG_COUNT | 1",
        "GIT_CONFIG_KEY_0 | core.pager",
        "GIT_CONFIG_PARAMETERS | 'core.pager=sh'",
        "GIT_CONFIG_GLOBAL | file",
        "GIT_DIR | x",
        "GIT_WORK_TREE | /",
        "GIT_EXEC_PATH | .",
        "GIT_SSH | sh",
        "GIT_SSH_COMMAND | sh",
        "GIT_ASKPASS | sh",
        "SSH_ASKPASS | sh",
        "GIT_EDITOR | sh",
        "GIT_SEQUENCE_EDITOR | sh",
        "GIT_PAGER | sh",
        "PAGER | sh",
        "EDITOR | sh",
        "GIT_PROXY_COMMAND | sh",
        "GIT_TEMPLATE_DIR | x",
        "GIT_ALLOW_PROTOCOL | ext",
        "GIT_TRACE | /tmp/x",
        "GIT_INDEX_FILE | x",
        "GIT_OBJECT_DIRECTORY | x",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES | /x",
        "GIT_ATTR_SOURCE | x",
        "PATH | .",
        "HOME | .",
        "XDG_CONFIG_HOME | .",
        "LD_PRELOAD | ./x.so",
        "BASH_ENV | ./x",
        "ENV | ./x",
        "IFS | x",
        "LANGUAGE | ../x",
        "LOCPATH | .",
        "TEXTDOMAINDIR | .",
        "TZDIR | .",
        "GIT_AUTHOR | x",
        "GIT_AUTHOR_x | x",
        "LC_all | C",
        "LCX | C",
        "LC_ALL | /usr/share/locale",
        "LC_MESSAGES | ../locale",
        "LANG | a/b",
        "TZ | /etc/passwd",
        "TZ | :x",
        "TZ | ./tz",
        "TZ | a/../../x",
        "GIT_AUTHOR_NAME | a\u001bb",
        "GIT_COMMITTER_DATE | 'a\nb'",
      })
  void letsGitHaveNothingThatCouldRunOrReachAnything(String name, String value) {
    assertThatExceptionOfType(ApiException.BadRequest.class)
        .isThrownBy(() -> rules.check(git(List.of("status"), Map.of(name, value))))
        .satisfies(
            e ->
                assertThat(e.details())
                    .extracting(FieldError::field)
                    .containsExactly("env." + name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\u001b[2K", "\u0000", "\b", "\u007f", "\u009b1m"})
  void refusesControlCharacters(String text) {
    var shell = shell("echo " + text, null, null, null, null, null, null, null);
    assertFault("command", shell);
    assertFault("prompt", claude("hi " + text, null));
    assertFault("args[1]", git(List.of("log", text, "-1"), null));
  }

  @Test
  void takesTextsOfSeveralLines() {
    var text = "a\r\n\tb\n";
    rules.check(shell(text, null, null, null, null, null, null, null));
    rules.check(claude(text, null));
    var submission = rules.check(git(List.of("commit", "-m", text), null));

    assertThat(submission.instruction())
        .isEqualTo(new Instruction.Git(List.of("commit", "-m", text)));
  }

  @Test
  void takesWhatEachTypeMaySet() {
    assertThat(
            rules
                .check(
                    git(
                        List.of("commit"),
                        Map.of(
                            "GIT_AUTHOR_NAME",
                            "Ä. $(x) \"/../\"",
                            "GIT_COMMITTER_DATE",
                            "2026-11-21T10:00:00+01:00",
                            "LANG",
                            "de_DE.UTF-8@euro",
                            "LC_ALL",
                            "C.UTF-8",
                            "TZ",
                            "EST5EDT,M3.2.0/2:00,M11.1.0")))
                .environment())
        .hasSize(5);
    assertThat(rules.check(claude("-hi", Map.of("ANTHROPIC_LOG", "debug"))).environment())
        .hasSize(1);
  }

  private static Arguments fault(String field, SubmitRequest request) {
    return Arguments.of(field, request);
  }

  private static SubmitRequest shell(
      @Nullable String command,
      @Nullable Integer timeout,
      @Nullable String priority,
      @Nullable String workdir,
      @Nullable Map<String, @Nullable String> env,
      @Nullable String stdin,
      @Nullable Integer startWithin,
      @Nullable Map<String, @Nullable String> metadata) {
    return new SubmitRequest.Shell(
        command, timeout, priority, workdir, env, stdin, startWithin, metadata);
  }

  private static SubmitRequest git(
      @Nullable List<@Nullable String> args, @Nullable Map<String, @Nullable String> env) {
    return new SubmitRequest.Git(args, null, null, null, env, null, null, null);
  }

  private static SubmitRequest claude(
      @Nullable String prompt, @Nullable Map<String, @Nullable String> env) {
    return new SubmitRequest.Claude(
        prompt, null, null, null, null, null, null, null, null, null, env, null, null, null);
  }
}
