package ai.orchard9.rdev.e2e;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/// Many clients that call at the same moment.
final class AtOnce {
  private AtOnce() {}

  /// What each of them got, in their order; they begin when all are there.
  static <T> List<T> call(int clients, IntFunction<T> client) {
    var line = new CyclicBarrier(clients);
    var answers = new ArrayList<T>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var calls = new ArrayList<Future<T>>();
      for (int i = 0; i < clients; i++) {
        var number = i;
        calls.add(
            threads.submit(
                () -> {
                  line.await();
                  return client.apply(number);
                }));
      }
      for (var call : calls) {
        answers.add(call.get());
      }
      return answers;
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
