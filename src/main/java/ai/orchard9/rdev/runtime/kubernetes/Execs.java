package ai.orchard9.rdev.runtime.kubernetes;

import static ai.orchard9.rdev.runtime.SessionRefusedException.Reason.GONE;
import static ai.orchard9.rdev.runtime.SessionRefusedException.Reason.NOT_RUNNING;
import static ai.orchard9.rdev.runtime.SessionRefusedException.Reason.RESTARTED;
import static ai.orchard9.rdev.runtime.SessionRefusedException.Reason.UNUSABLE;

import ai.orchard9.rdev.runtime.Place;
import ai.orchard9.rdev.runtime.RuntimeUnavailableException;
import ai.orchard9.rdev.runtime.Session;
import ai.orchard9.rdev.runtime.SessionRefusedException;
import io.fabric8.kubernetes.client.http.WebSocketHandshakeException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Opens execs, each in the very container that was meant. The API server knows pods by their names
/// only, which others may bear later: so it is asked for the pod at the same time, and again should
/// the exec have taken so long that another pod could have come in between.
final class Execs {
  private static final Duration OPEN = Duration.ofSeconds(6);

  /// No pod is deleted, made anew and running within this.
  private static final Duration SURE = Duration.ofMillis(500);

  private final Cluster cluster;

  Execs(Cluster cluster) {
    this.cluster = cluster;
  }

  Session open(Place place, List<String> argv) throws RuntimeUnavailableException {
    var container = place.container();
    if (container == null) {
      throw new SessionRefusedException(GONE, "the project has no pod");
    }
    if (container.name().isEmpty()) {
      throw new SessionRefusedException(
          UNUSABLE, "pod " + container.pod() + " has no such container");
    }
    var begun = System.nanoTime();
    var identity = look(container);
    var session = new ExecSession();
    try {
      connect(container, argv, session);
      join(identity);
      if (System.nanoTime() - begun > SURE.toNanos()) {
        verify(container);
      }
      return session;
    } catch (RuntimeUnavailableException e) {
      session.close();
      // What the pod itself says of its state is the better reason.
      join(identity);
      throw e;
    }
  }

  private CompletableFuture<Optional<RuntimeUnavailableException>> look(Place.Container container) {
    var answer = new CompletableFuture<Optional<RuntimeUnavailableException>>();
    Thread.ofVirtual()
        .name("pod-" + container.pod())
        .start(
            () -> {
              try {
                verify(container);
                answer.complete(Optional.empty());
              } catch (RuntimeUnavailableException e) {
                answer.complete(Optional.of(e));
              } catch (RuntimeException e) {
                answer.complete(Optional.of(new RuntimeUnavailableException(String.valueOf(e), e)));
              }
            });
    return answer;
  }

  private static void join(CompletableFuture<Optional<RuntimeUnavailableException>> identity)
      throws RuntimeUnavailableException {
    var complaint =
        identity
            .completeOnTimeout(
                Optional.of(new RuntimeUnavailableException("no answer about the pod")),
                OPEN.toMillis(),
                TimeUnit.MILLISECONDS)
            .join();
    if (complaint.isPresent()) {
      throw complaint.get();
    }
  }

  private void verify(Place.Container wanted) throws RuntimeUnavailableException {
    var found = cluster.get(wanted.pod(), wanted.name());
    if (found.isEmpty() || !found.get().uid().equals(wanted.podUid())) {
      throw new SessionRefusedException(GONE, "pod " + wanted.pod() + " is gone");
    }
    var pod = found.get();
    if (pod.hasEnded()) {
      throw new SessionRefusedException(GONE, "pod " + wanted.pod() + " has ended");
    }
    if (pod.containerRuns() && pod.containerId().equals(wanted.id())) {
      return;
    }
    // Of one that goes, the end is awaited: then it is known what has become of it.
    throw pod.leaving() || wanted.id().isEmpty()
        ? new SessionRefusedException(NOT_RUNNING, "pod " + wanted.pod() + " is not running")
        : new SessionRefusedException(
            RESTARTED, "container " + wanted.name() + " of pod " + wanted.pod() + " was restarted");
  }

  private void connect(Place.Container container, List<String> argv, ExecSession session)
      throws RuntimeUnavailableException {
    var opening =
        cluster
            .http()
            .newWebSocketBuilder()
            .subprotocol(ExecSession.PROTOCOL)
            .uri(
                URI.create(cluster.pod(container.pod()) + "/exec?" + query(container.name(), argv)))
            .buildAsync(session);
    try {
      var _ = opening.get(OPEN.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new RuntimeUnavailableException("exec: no answer within " + OPEN.toMillis() + " ms", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RuntimeUnavailableException("interrupted", e);
    } catch (ExecutionException e) {
      throw refusal(container, e.getCause());
    }
  }

  private static RuntimeUnavailableException refusal(
      Place.Container container, @Nullable Throwable cause) {
    if (!(cause instanceof WebSocketHandshakeException handshake)) {
      return new RuntimeUnavailableException("exec: " + cause, cause);
    }
    var code = handshake.getResponse().code();
    return switch (code) {
      case 400 ->
          new SessionRefusedException(
              UNUSABLE,
              "container %s of pod %s cannot be entered"
                  .formatted(container.name(), container.pod()),
              cause);
      case 403 ->
          new SessionRefusedException(
              UNUSABLE,
              "exec forbidden: the service account needs create and get on pods/exec",
              cause);
      case 404 ->
          new SessionRefusedException(
              NOT_RUNNING, "pod " + container.pod() + " was not found", cause);
      default -> new RuntimeUnavailableException("exec: HTTP " + code, cause);
    };
  }

  private static String query(String container, List<String> argv) {
    return argv.stream().map(it -> "command=" + encoded(it)).collect(Collectors.joining("&"))
        + "&container="
        + encoded(container)
        + "&stdin=true&stdout=true&stderr=true";
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
