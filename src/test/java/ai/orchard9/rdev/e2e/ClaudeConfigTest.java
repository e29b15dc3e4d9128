package ai.orchard9.rdev.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ApiClient;
import ai.orchard9.rdev.testing.ApiClient.Answer;
import ai.orchard9.rdev.testing.Backend;
import ai.orchard9.rdev.testing.Repetitions;
import ai.orchard9.rdev.testing.ServerProcess;
import ai.orchard9.rdev.testing.TestPostgres;
import ai.orchard9.rdev.testing.cluster.PodSpec;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `/projects/{id}/claude-config` as clients see it, over folders and over pods.
@ParameterizedClass
@MethodSource("tested")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClaudeConfigTest {
  /// Where the projects live.
  enum Where {
    FOLDERS,
    PODS,
    BUSYBOX_PODS
  }

  static Stream<Where> tested() {
    return Repetitions.full()
        ? Stream.of(Where.values())
        : Stream.of(Where.FOLDERS, Where.BUSYBOX_PODS);
  }

  private static final String CONFIG = "/projects/demo/claude-config";
  private static final String COMMANDS = CONFIG + "/commands";
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  @Parameter Where where = Where.FOLDERS;
  private @Nullable ServerProcess server;

  @BeforeParameterizedClassInvocation
  void start(Where where) {
    var settings =
        switch (where) {
          case FOLDERS -> ServerProcess.named("config");
          case PODS -> ServerProcess.named("config", new Backend.Cluster());
          case BUSYBOX_PODS ->
              ServerProcess.named(
                  "config", new Backend.Cluster(PodSpec.project("demo").busyboxOnly()));
        };
    server = settings.database(TestPostgres.shared()).project("demo").project("other").start();
  }

  @AfterParameterizedClassInvocation
  void stop() {
    server().close();
  }

  private ServerProcess server() {
    return Objects.requireNonNull(server);
  }

  private ApiClient admin() {
    return server().client();
  }

  private Path file(String path) {
    return server().workspace("demo").resolve(".claude").resolve(path);
  }

  private static String free() {
    return "n" + NUMBERS.incrementAndGet();
  }

  private static Answer put(ApiClient client, String path, String content) {
    return client.send("PUT", path, Optional.of(Map.of("content", content)));
  }

  private JsonNode newest(String action) {
    return admin().get("/audit?limit=1&action=" + action).data().path(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"commands", "skills", "agents"})
  void makesShowsReplacesAndDeletes(String kind) throws Exception {
    var name = free();
    var path = CONFIG + "/" + kind + "/" + name;
    var onDisk = file(kind + "/" + name + (kind.equals("skills") ? "/SKILL.md" : ".md"));

    var made = admin().post(CONFIG + "/" + kind, Map.of("name", name, "content", "first ü\n"));

    assertThat(made.status()).as(made.text()).isEqualTo(201);
    assertThat(made.header("Location")).isEqualTo(path);
    assertThat(onDisk).hasContent("first ü\n");
    assertThat(made.data().path("content").asText()).isEqualTo("first ü\n");
    assertThat(made.data().path("size").asInt()).isEqualTo(9);
    var shown = admin().get(path).data();
    assertThat(shown).isEqualTo(made.data());
    assertThat(admin().post(CONFIG + "/" + kind, Map.of("name", name, "content", "x")).errorCode())
        .isEqualTo("CONFLICT");

    var replaced = put(admin(), path, "second");

    assertThat(replaced.status()).isEqualTo(200);
    assertThat(replaced.find("Location")).isEmpty();
    assertThat(admin().get(path).data().path("content").asText()).isEqualTo("second");
    assertThat(newest("claude_config.written").at("/detail/new").asBoolean(true)).isFalse();
    var summary = admin().get(CONFIG).data();
    assertThat(summary.at("/items/" + kind)).extracting(JsonNode::asText).contains(name);
    assertThat(summary.path(kind).asInt()).isEqualTo(summary.at("/items/" + kind).size());
    var listed = admin().get(CONFIG + "/" + kind).data();
    assertThat(listed).extracting(it -> it.path("name").asText()).contains(name);

    assertThat(admin().delete(path).status()).isEqualTo(204);

    assertThat(admin().get(path).status()).isEqualTo(404);
    assertThat(admin().delete(path).status()).isEqualTo(404);
    assertThat(onDisk).doesNotExist();
    assertThat(put(admin(), path, "").status()).isEqualTo(201);
    assertThat(onDisk).isEmptyFile();
  }

  @Test
  void isOnRecord() throws Exception {
    var name = free();
    put(admin(), COMMANDS + "/" + name, "content");
    var written = newest("claude_config.written");
    admin().delete(COMMANDS + "/" + name);
    var deleted = newest("claude_config.deleted");

    assertThat(written.path("target").asText()).isEqualTo("commands/" + name);
    assertThat(written.path("project").asText()).isEqualTo("demo");
    assertThat(written.path("outcome").asText()).isEqualTo("allowed");
    var detail = written.path("detail");
    assertThat(detail.path("path").asText()).isEqualTo(".claude/commands/" + name + ".md");
    assertThat(detail.path("bytes").asInt()).isEqualTo(7);
    assertThat(detail.path("new").asBoolean()).isTrue();
    var hash = MessageDigest.getInstance("SHA-256").digest("content".getBytes(UTF_8));
    assertThat(detail.path("sha256").asText()).isEqualTo(HexFormat.of().formatHex(hash));
    assertThat(deleted.path("target").asText()).isEqualTo("commands/" + name);
    assertThat(deleted.at("/detail/path").asText()).isEqualTo(".claude/commands/" + name + ".md");
  }

  @Test
  void whatIsRefusedBeforeItIsMadeIsNotOnRecord() {
    var name = free();
    put(admin(), COMMANDS + "/" + name, "content");

    admin().post(COMMANDS, Map.of("name", name, "content", "other"), "X-Request-Id", name);

    for (var row : admin().get("/audit?limit=50").data()) {
      assertThat(row.path("request_id").asText()).isNotEqualTo(name);
    }
  }

  @Test
  void whatCannotBeTakenDownIsNotDone() {
    var kept = free();
    put(admin(), COMMANDS + "/" + kept, "old");
    var postgres = TestPostgres.shared();
    postgres.execute(server().database(), "ALTER TABLE audit_log RENAME TO audit_log_away");
    try {
      for (var answer :
          List.of(
              put(admin(), COMMANDS + "/" + kept, "new"),
              put(admin(), COMMANDS + "/new-" + kept, "new"),
              admin().delete(COMMANDS + "/" + kept))) {
        assertThat(answer.status()).as(answer.text()).isGreaterThanOrEqualTo(500);
      }
    } finally {
      postgres.execute(server().database(), "ALTER TABLE audit_log_away RENAME TO audit_log");
    }

    assertThat(file("commands/" + kept + ".md")).hasContent("old");
    assertThat(file("commands/new-" + kept + ".md")).doesNotExist();
  }

  @Test
  void pagesByName() {
    for (var name : List.of("b", "a-1", "a", "c")) {
      put(admin(), CONFIG + "/agents/page-" + name, "x");
    }

    var names = new ArrayList<String>();
    var cursor = "";
    do {
      var page = admin().get(CONFIG + "/agents?limit=2" + cursor);
      page.data().forEach(it -> names.add(it.path("name").asText()));
      var next = page.json().at("/meta/next_cursor");
      cursor = next.isNull() ? "" : "&cursor=" + next.asText();
    } while (!cursor.isEmpty());

    assertThat(names).containsSubsequence("page-a", "page-a-1", "page-b", "page-c").isSorted();
    assertThat(names).doesNotHaveDuplicates();
    assertThat(admin().get(CONFIG + "/agents?limit=0").status()).isEqualTo(400);
    assertThat(admin().get(CONFIG + "/agents?cursor=x").status()).isEqualTo(400);
  }

  @Test
  void saysThatThereAreMoreThanItLists() throws Exception {
    var folder = Files.createDirectories(server().workspace("other").resolve(".claude/commands"));
    for (int i = 0; i < 1002; i++) {
      Files.createFile(folder.resolve("c" + i + ".md"));
    }

    var summary = admin().get("/projects/other/claude-config");
    var listed = admin().get("/projects/other/claude-config/commands?limit=1");

    assertThat(summary.data().path("commands").asInt()).isEqualTo(1000);
    assertThat(summary.json().at("/meta/truncated").asBoolean()).isTrue();
    assertThat(listed.json().at("/meta/truncated").asBoolean()).isTrue();
    assertThat(admin().get(CONFIG).json().at("/meta").has("truncated")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | name,content",
        "{\"name\":\"a\"} | content",
        "{\"name\":\"a\",\"content\":null} | content",
        "{\"content\":\"x\"} | name",
        "{\"name\":\"\",\"content\":\"x\"} | name",
        "{\"name\":\"-a\",\"content\":\"x\"} | name",
        "{\"name\":\".a\",\"content\":\"x\"} | name",
        "{\"name\":\"..\",\"content\":\"x\"} | name",
        "{\"name\":\"../a\",\"content\":\"x\"} | name",
        "{\"name\":\"/etc/a\",\"content\":\"x\"} | name",
        "{\"name\":\"a/b\",\"content\":\"x\"} | name",
        "{\"name\":\"a b\",\"content\":\"x\"} | name",
        "{\"name\":\"a\\n\",\"content\":\"x\"} | name",
        "{\"name\":\"\\u00e4\",\"content\":\"x\"} | name",
        "{\"name\":\"e\\u0301\",\"content\":\"x\"} | name",
        "{\"name\":\"a\\u0000\",\"content\":\"x\"} | name",
        "{\"name\":\"a\",\"content\":\"x\\u0000y\"} | content",
        "{\"name\":\"a\",\"content\":\"\\ud800\"} | content",
        "{\"name\":\"a\",\"content\":5} | content",
        "{\"name\":\"a\",\"content\":\"x\",\"mode\":\"x\"} | mode"
      })
  void refusesWhatMakesNoSenseByItsField(String body, String fields) {
    var answer = admin().postText(COMMANDS, body);

    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    assertThat(answer.json().at("/error/details"))
        .extracting(it -> it.path("field").asText())
        .containsExactly(fields.split(",", -1));
    assertThat(file("commands/a.md")).doesNotExist();
  }

  @Test
  void boundsNamesAndContents() {
    var longest = "l".repeat(100);
    assertThat(put(admin(), COMMANDS + "/" + longest, "x".repeat(1 << 20)).status()).isIn(200, 201);
    assertThat(admin().get(COMMANDS + "/" + longest).data().path("content").asText())
        .isEqualTo("x".repeat(1 << 20));
    assertField("name", put(admin(), COMMANDS + "/" + longest + "l", "x"));
    assertField("content", put(admin(), COMMANDS + "/a", "ü".repeat(1 << 19) + "x"));
    assertThat(put(admin(), COMMANDS + "/a", "x".repeat(5 << 20)).status()).isEqualTo(413);
    var other = Map.of("name", "b", "content", "x");
    assertField("name", admin().send("PUT", COMMANDS + "/a", Optional.of(other)));
    var same = Map.of("name", longest, "content", "x");
    assertThat(admin().send("PUT", COMMANDS + "/" + longest, Optional.of(same)).status())
        .isEqualTo(200);
  }

  private static void assertField(String field, Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(400);
    assertThat(answer.json().at("/error/details/0/field").asText()).isEqualTo(field);
  }

  @Test
  void whatIsNotThereIsNot() {
    for (var path :
        List.of(
            "/projects/nowhere/claude-config",
            "/projects/nowhere/claude-config/commands",
            "/projects/nowhere/claude-config/commands/a",
            CONFIG + "/hooks",
            CONFIG + "/hooks/a",
            CONFIG + "/Commands",
            COMMANDS + "/nothing",
            COMMANDS + "/-a",
            CONFIG + "/skills/nothing")) {
      assertThat(admin().get(path).status()).as(path).isEqualTo(404);
    }
    for (var path : List.of("/projects/nowhere/claude-config/commands/a", CONFIG + "/hooks/a")) {
      assertThat(put(admin(), path, "x").status()).as(path).isEqualTo(404);
      assertThat(admin().delete(path).status()).as(path).isEqualTo(404);
    }
    var hook = Map.of("name", "a", "content", "x");
    assertThat(admin().post(CONFIG + "/hooks", hook).status()).isEqualTo(404);
  }

  @Test
  void aLinkIsNotFollowed() throws Exception {
    var secret = Files.writeString(server().workspace("demo").resolve("secret"), "secret");
    Files.createDirectories(file("commands"));
    var link = Files.createSymbolicLink(file("commands/link.md"), Path.of("../../secret"));

    for (var answer :
        List.of(
            admin().get(COMMANDS + "/link"),
            put(admin(), COMMANDS + "/link", "x"),
            admin().delete(COMMANDS + "/link"))) {
      assertThat(answer.status()).as(answer.text()).isEqualTo(409);
      assertThat(answer.json().at("/error/message").asText())
          .isEqualTo(".claude/commands/link.md is a symbolic link, and links are not followed");
    }
    assertThat(secret).hasContent("secret");
    Files.delete(link);
  }

  @Test
  void ofManyAtTheSameTimeOneMakesIt() {
    var name = free();

    var answers =
        AtOnce.call(
            8, i -> admin().post(COMMANDS, Map.of("name", name, "content", Integer.toString(i))));

    assertThat(answers).extracting(Answer::status).containsOnly(201, 409);
    var made = answers.stream().filter(it -> it.status() == 201).toList();
    assertThat(made).hasSize(1);
    assertThat(admin().get(COMMANDS + "/" + name).data().path("content"))
        .isEqualTo(made.getFirst().data().path("content"));
  }

  @Test
  void asksForTheRightKey() {
    var path = COMMANDS + "/" + free();
    put(admin(), path, "old");
    var reader = key(Map.of("scopes", List.of("projects:read")));
    var shell =
        key(
            Map.of(
                "scopes", List.of("projects:execute"), "command_types", List.of("shell", "git")));
    var stranger =
        key(Map.of("scopes", List.of("projects:execute"), "project_ids", List.of("other")));
    var right =
        key(
            Map.of(
                "scopes",
                List.of("projects:execute"),
                "command_types",
                List.of("claude"),
                "project_ids",
                List.of("demo")));

    for (var client : List.of(reader, shell, right)) {
      assertThat(client.get(path).status()).isEqualTo(200);
      assertThat(client.get(CONFIG).status()).isEqualTo(200);
      assertThat(client.get(COMMANDS).status()).isEqualTo(200);
    }
    assertWrites(reader, path, 403, "FORBIDDEN");
    assertWrites(shell, path, 403, "COMMAND_NOT_ALLOWED");
    assertWrites(stranger, path, 404, "NOT_FOUND");
    assertThat(stranger.get(path).status()).isEqualTo(404);
    assertThat(stranger.get(CONFIG).status()).isEqualTo(404);
    assertThat(admin().get(path).data().path("content").asText()).isEqualTo("old");
    assertThat(put(right, path, "new").status()).isEqualTo(200);
    assertThat(right.delete(path).status()).isEqualTo(204);
  }

  private static void assertWrites(ApiClient client, String path, int status, String code) {
    for (var answer :
        List.of(
            put(client, path, "x"),
            client.delete(path),
            client.post(COMMANDS, Map.of("name", free(), "content", "x")))) {
      assertThat(answer.status()).as(answer.text()).isEqualTo(status);
      assertThat(answer.errorCode()).isEqualTo(code);
    }
  }

  private ApiClient key(Map<String, ?> fields) {
    var body = new HashMap<String, Object>(fields);
    body.put("name", "config " + NUMBERS.incrementAndGet());
    var answer = admin().post("/keys", body);
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    return new ApiClient(server().uri(), answer.data().path("key").asText());
  }

  /// Commands see the files at once, and what they write is seen at once.
  @Test
  void isWhatCommandsInTheProjectSee() {
    var name = free();
    put(admin(), CONFIG + "/skills/" + name, "of a client");

    var seen = admin().run("cat .claude/skills/" + name + "/SKILL.md");
    admin().run("mkdir -p .claude/agents && printf 'of a command' >.claude/agents/" + name + ".md");

    assertThat(admin().output(seen.path("id").asText())).asString(UTF_8).isEqualTo("of a client");
    assertThat(admin().get(CONFIG + "/agents/" + name).data().path("content").asText())
        .isEqualTo("of a command");
  }
}
