package ai.orchard9.rdev.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// What one client has seen of one command, over any number of connections, and whether it was
/// exact: ids without holes, none twice, and lines that give back the output byte by byte.
public final class History {
  private final Map<String, ByteArrayOutputStream> streams =
      Map.of("stdout", new ByteArrayOutputStream(), "stderr", new ByteArrayOutputStream());
  private final ByteArrayOutputStream both = new ByteArrayOutputStream();
  private final List<String> faults = new ArrayList<>();
  private JsonNode completion = MissingNode.getInstance();
  private long lastId;
  private long outputs;

  /// Takes the next event that was seen.
  public synchronized void accept(SseEvent event) {
    switch (event.name()) {
      case "output" -> {
        count(event);
        output(event.json());
      }
      case "agent" -> count(event);
      case "complete" -> {
        count(event);
        completion = event.json();
      }
      case "gap" -> faults.add("a gap: " + event.data());
      case "connected", "heartbeat", "stream_error" -> {
        if (event.hasId()) {
          faults.add(event.name() + " has an id: " + event.lastEventId());
        }
      }
      default -> faults.add("unknown event " + event.name());
    }
  }

  private void count(SseEvent event) {
    if (!event.hasId() || event.id() != lastId + 1) {
      faults.add("after " + lastId + " came " + event.name() + " " + event.lastEventId());
    }
    if (isComplete()) {
      faults.add("after the end came " + event.name() + " " + event.lastEventId());
    }
    if (event.hasId()) {
      lastId = event.id();
    }
  }

  private void output(JsonNode data) {
    outputs++;
    var bytes = data.path("line").asText().getBytes(UTF_8);
    var stream = streams.get(data.path("stream").asText());
    if (stream == null) {
      faults.add("unknown stream: " + data);
      return;
    }
    stream.writeBytes(bytes);
    both.writeBytes(bytes);
    if (data.path("eol").asBoolean(true)) {
      stream.write('\n');
      both.write('\n');
    }
  }

  /// The newest id seen, 0 before the first.
  public synchronized long lastId() {
    return lastId;
  }

  /// Output events seen.
  public synchronized long outputs() {
    return outputs;
  }

  /// Whether the end was seen.
  public synchronized boolean isComplete() {
    return !completion.isMissingNode();
  }

  /// What the end said.
  public synchronized JsonNode completion() {
    return completion;
  }

  /// The bytes that the lines of a stream give.
  public synchronized byte[] bytes(String stream) {
    return Objects.requireNonNull(streams.get(stream), stream).toByteArray();
  }

  /// Reads a connection to its end.
  public void follow(SseClient client) {
    for (var event = client.next(); event.isPresent(); event = client.next()) {
      accept(event.get());
    }
  }

  /// Fails unless what was seen is exact so far.
  public synchronized void assertFaultless() {
    assertThat(faults).isEmpty();
  }

  /// Fails unless this is the whole story of a command whose output is UTF-8, and the record, the
  /// output and the hashes say the same.
  public synchronized void assertExact(ApiClient client, String id) {
    assertFaultless();
    assertThat(isComplete()).as("complete seen of " + id).isTrue();
    var command = client.command(id);
    assertThat(completion.path("status")).isEqualTo(command.path("status"));
    assertThat(completion.path("exit_code")).isEqualTo(command.path("exit_code"));
    for (var stream : List.of("stdout", "stderr")) {
      var output = client.output(id, stream);
      var seen = bytes(stream);
      assertThat(seen.length).as(stream + " bytes seen").isEqualTo(output.length);
      assertThat(sha256(seen)).as(stream).isEqualTo(sha256(output));
      for (var told : List.of(command, completion)) {
        assertThat(told.path(stream + "_bytes").asLong()).isEqualTo(output.length);
        assertThat(told.path(stream + "_sha256").asText()).isEqualTo(sha256(output));
      }
    }
    assertThat(sha256(both.toByteArray())).isEqualTo(sha256(client.output(id)));
  }

  /// The hash of bytes, in hex.
  public static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
