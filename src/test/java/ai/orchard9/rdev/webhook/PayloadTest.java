package ai.orchard9.rdev.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.command.life.Fact;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class PayloadTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final UUID ID = new UUID(1, 2);
  private static final Instant AT = Instant.parse("2026-01-02T03:04:05.678901Z");

  @Test
  void saysWhatTheContractSays() {
    var body = Payload.of(EventType.FAILED, ID, 7, fact("no \"end\"", Map.of("a", "b")));

    assertThat(body)
        .isEqualTo(
            """
            {"event":"command.failed","id":"00000000-0000-0001-0000-000000000002","sequence":7,\
            "timestamp":"2026-01-02T03:04:05.678Z","data":{"command_id":"cmd-1","project":"demo",\
            "type":"shell","status":"failed","exit_code":3,"duration_ms":12,\
            "error":{"code":"EXIT_NONZERO","message":"no \\"end\\""},"metadata":{"a":"b"}}}\
            """);
  }

  @Test
  void staysBelow20kBWhateverWasSent() throws Exception {
    var metadata = new LinkedHashMap<String, String>();
    for (int i = 0; i < 16; i++) {
      metadata.put("k" + i, "\u0001".repeat(256));
    }

    var body = Payload.of(EventType.FAILED, ID, 7, fact("\u0002".repeat(9_000), metadata));

    assertThat(body.getBytes(UTF_8).length).isLessThan(20_000);
    assertThat(JSON.readTree(body).at("/data/metadata").isNull()).isTrue();
    assertThat(JSON.readTree(body).at("/data/error/message").asText()).hasSize(1000);
  }

  @Test
  void cutsNoCharacterInTwo() throws Exception {
    var body = Payload.of(EventType.FAILED, ID, 7, fact("🌳".repeat(1_500), Map.of()));

    assertThat(JSON.readTree(body).at("/data/error/message").asText()).isEqualTo("🌳".repeat(1000));
  }

  private static Fact fact(String message, Map<String, String> metadata) {
    return new Fact(
        "demo",
        "cmd-1",
        "shell",
        "failed",
        3,
        12L,
        "EXIT_NONZERO",
        message,
        JSON.valueToTree(metadata).toString(),
        AT);
  }
}
