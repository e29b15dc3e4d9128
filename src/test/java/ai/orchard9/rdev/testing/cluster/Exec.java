package ai.orchard9.rdev.testing.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.ContainerResource;
import io.fabric8.kubernetes.client.dsl.ExecListener;
import io.fabric8.kubernetes.client.dsl.ExecWatch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// One exec by fabric8's client, as tests of the cluster look at it.
final class Exec implements AutoCloseable {
  private static final long SECONDS = 20;

  private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
  private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private final CompletableFuture<Throwable> failed = new CompletableFuture<>();
  private final CompletableFuture<Status> status = new CompletableFuture<>();
  private final ExecWatch watch;

  private Exec(ContainerResource call, boolean stdin, String... argv) {
    var listener = new Listening();
    watch =
        stdin
            ? call.redirectingInput()
                .writingOutput(stdout)
                .writingError(stderr)
                .usingListener(listener)
                .exec(argv)
            : call.writingOutput(stdout).writingError(stderr).usingListener(listener).exec(argv);
  }

  static Exec of(KubernetesClient client, String pod, String... argv) {
    return new Exec(client.pods().withName(pod).withReadyWaitTimeout(0), false, argv);
  }

  static Exec withInput(KubernetesClient client, String pod, String... argv) {
    return new Exec(client.pods().withName(pod).withReadyWaitTimeout(0), true, argv);
  }

  void send(String text) throws IOException {
    watch.getInput().write(text.getBytes(UTF_8));
    watch.getInput().flush();
  }

  int exitCode() throws Exception {
    return watch.exitCode().get(SECONDS, TimeUnit.SECONDS);
  }

  String out() {
    return stdout.toString(UTF_8);
  }

  String err() {
    return stderr.toString(UTF_8);
  }

  byte[] bytes() {
    return stdout.toByteArray();
  }

  /// The status frame; a failure when there was none before the end.
  Status status() throws ExecutionException, InterruptedException, TimeoutException {
    return status.get(SECONDS, TimeUnit.SECONDS);
  }

  boolean hasStatus() {
    return status.isDone();
  }

  boolean isOver() {
    return closed.isDone() || failed.isDone();
  }

  int closeCode() throws ExecutionException, InterruptedException, TimeoutException {
    return closed.get(SECONDS, TimeUnit.SECONDS);
  }

  Throwable failure() throws ExecutionException, InterruptedException, TimeoutException {
    return failed.get(SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    watch.close();
  }

  private final class Listening implements ExecListener {
    @Override
    public void onFailure(Throwable why, Response response) {
      failed.complete(why);
    }

    @Override
    public void onClose(int code, String reason) {
      closed.complete(code);
    }

    @Override
    public void onExit(int code, Status how) {
      status.complete(how);
    }
  }
}
