package ai.orchard9.rdev.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What is wrong is refused by name; nothing runs and nothing is stored.
final class BadInputTest {
  private final ApiClient client = SharedServer.get().client();

  /// A body and the field that the refusal must name; an empty name stands for none.
  record Case(String path, String body, String field) {
    static Case shell(String body, String field) {
      return new Case("/projects/demo/shell", body, field);
    }

    static Case git(String body, String field) {
      return new Case("/projects/demo/git", body, field);
    }

    @Override
    public String toString() {
      return path + " " + (body.length() < 100 ? body : body.length() + " characters");
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        Case.shell("", ""),
        Case.shell("{", ""),
        Case.shell("[]", ""),
        Case.shell("null", ""),
        Case.shell("{\"command\":\"echo stored\"", ""),
        Case.shell("{}", "command"),
        Case.shell("{\"command\":null}", "command"),
        Case.shell("{\"command\":\"\"}", "command"),
        Case.shell("{\"command\":7}", "command"),
        Case.shell("{\"command\":[\"ls\"]}", "command"),
        Case.shell("{\"command\":\"a\\u0000b\"}", "command"),
        Case.shell("{\"command\":\"" + "x".repeat(70_000) + "\"}", "command"),
        Case.shell("{\"command\":\"" + "é".repeat(33_000) + "\"}", "command"),
        Case.shell("{\"command\":\"true\",\"comand\":\"x\"}", "comand"),
        Case.shell("{\"command\":\"true\",\"args\":[\"x\"]}", "args"),
        Case.shell("{\"command\":\"true\",\"timeout_seconds\":0}", "timeout_seconds"),
        Case.shell("{\"command\":\"true\",\"timeout_seconds\":86401}", "timeout_seconds"),
        Case.shell("{\"command\":\"true\",\"timeout_seconds\":\"10\"}", "timeout_seconds"),
        Case.shell("{\"command\":\"true\",\"timeout_seconds\":1.5}", "timeout_seconds"),
        Case.shell("{\"command\":\"true\",\"priority\":\"highest\"}", "priority"),
        Case.shell("{\"command\":\"true\",\"workdir\":\"../x\"}", "workdir"),
        Case.shell("{\"command\":\"true\",\"workdir\":\"a/../../x\"}", "workdir"),
        Case.shell("{\"command\":\"true\",\"workdir\":\"/etc\"}", "workdir"),
        Case.shell("{\"command\":\"true\",\"workdir\":\"a\\u0000\"}", "workdir"),
        Case.shell("{\"command\":\"true\",\"env\":{\"RDEV_X\":\"1\"}}", "env.RDEV_X"),
        Case.shell("{\"command\":\"true\",\"env\":{\"A-B\":\"1\"}}", "env.A-B"),
        Case.shell("{\"command\":\"true\",\"env\":{\"A\":1}}", "env.A"),
        Case.shell("{\"command\":\"true\",\"env\":{\"A\":\"\\u0000\"}}", "env.A"),
        Case.shell("{\"command\":\"true\",\"env\":[]}", "env"),
        Case.shell("{\"command\":\"true\",\"stdin\":\"\\u0000\"}", "stdin"),
        Case.shell(
            "{\"command\":\"true\",\"stdin\":\"" + "x".repeat((1 << 20) + 1) + "\"}", "stdin"),
        Case.shell("{\"command\":\"true\",\"start_within_seconds\":0}", "start_within_seconds"),
        Case.shell("{\"command\":\"true\",\"metadata\":{\"a\":1}}", "metadata.a"),
        Case.shell(
            "{\"command\":\"true\",\"metadata\":{\"a\":\"" + "x".repeat(257) + "\"}}",
            "metadata.a"),
        Case.git("{\"args\":[]}", "args"),
        Case.git("{\"args\":\"status\"}", "args"),
        Case.git("{\"args\":[\"log\",7]}", "args[1]"),
        Case.git("{\"args\":[\"log\",\"a\\u0000\"]}", "args[1]"),
        Case.git("{\"args\":[\"status\"],\"env\":{\"PATH\":\"/x\"}}", "env.PATH"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void namesTheFieldAndStoresNothing(Case bad) {
    var before = newest();

    var answer = client.postText(bad.path(), bad.body());

    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    assertThat(answer.errorCode()).isEqualTo("BAD_REQUEST");
    assertThat(answer.json().path("meta").path("request_id").asText())
        .isEqualTo(answer.header("X-Request-Id"));
    if (!bad.field().isEmpty()) {
      assertThat(answer.json().at("/error/details/0/field").asText()).isEqualTo(bad.field());
    }
    assertThat(newest()).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({
    "/commands?project=a%00b, project",
    "/commands?status=waiting, status",
    "/commands?since=yesterday, since",
    "/commands?since=%2B999999999-01-01T00:00:00Z, since",
    "/commands?until=-999999999-01-01T00:00:00Z, until",
    "/audit?project=%00, project",
    "/audit?actor=a%00, actor",
    "/audit?until=%2B10000-01-01T00:00:00Z, until",
  })
  void namesTheQueryParameterThatIsWrong(String path, String field) {
    var answer = client.get(path);

    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    assertThat(answer.json().at("/error/details/0/field").asText()).isEqualTo(field);
  }

  @Test
  void refusesFiveMegabytes() {
    var before = newest();

    var answer =
        client.postText(
            "/projects/demo/shell",
            "{\"command\":\"true\",\"stdin\":\"" + "x".repeat(5 << 20) + "\"}");

    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.errorCode()).isEqualTo("PAYLOAD_TOO_LARGE");
    assertThat(newest()).isEqualTo(before);
  }

  @Test
  void refusesBytesThatAreNoUtf8() {
    var body = "{\"command\":\"echo x\"}".getBytes(UTF_8);
    body[17] = (byte) 0xff;

    var answer = client.postBytes("/projects/demo/shell", body);

    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    assertThat(answer.errorCode()).isEqualTo("BAD_REQUEST");
  }

  @Test
  void refusesWhatIsNotJson() {
    var answer = client.postText("/projects/demo/shell", "command=x", "Content-Type", "text/plain");

    assertThat(answer.status()).isEqualTo(415);
    assertThat(answer.errorCode()).isEqualTo("UNSUPPORTED_MEDIA_TYPE");
  }

  @Test
  void refusesStrangers() {
    for (var key : new String[] {"", "x", "rdev_sk_00000000_0000000000", "rdev_test_admin_key_"}) {
      var answer = client.get("/projects", "X-API-Key", key);

      assertThat(answer.status()).as(key).isEqualTo(401);
      assertThat(answer.errorCode()).isEqualTo("UNAUTHORIZED");
      assertThat(answer.find("WWW-Authenticate")).isPresent();
    }
  }

  @Test
  void refusesCommandsForProjectsThatAreNotThere() {
    var answer = client.postText("/projects/nowhere/shell", "{\"command\":\"true\"}");

    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.errorCode()).isEqualTo("NOT_FOUND");
  }

  @Test
  void refusesGitThatRunsPrograms() {
    for (var args :
        new String[] {
          "[\"-c\",\"alias.x=!id\",\"x\"]",
          "[\"clone\",\"ext::sh\"]",
          "[\"diff\",\"--ext-diff\"]",
          "[\"log\",\"--output=x\"]",
          "[\"daemon\"]",
          "[\"diff\",\"--no-index\",\"/etc/passwd\",\"/dev/null\"]"
        }) {
      var answer = client.postText("/projects/demo/git", "{\"args\":" + args + "}");

      assertThat(answer.status()).as(args).isEqualTo(403);
      assertThat(answer.errorCode()).isEqualTo("COMMAND_NOT_ALLOWED");
    }
  }

  private String newest() {
    return client.get("/commands?limit=1").data().path(0).path("id").asText();
  }
}
