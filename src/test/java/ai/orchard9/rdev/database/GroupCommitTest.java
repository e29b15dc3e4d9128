package ai.orchard9.rdev.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.Test;

final class GroupCommitTest {
  private final List<List<Integer>> written = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch first = new CountDownLatch(1);
  private final CountDownLatch go = new CountDownLatch(1);

  @Test
  void whatComesDuringAWriteSharesTheNext() throws Exception {
    var commits = commits(10, 1000);
    var answers = write(commits, 5);

    assertThat(answers.stream().map(CompletableFuture::join)).containsExactly(0, 10, 20, 30, 40);
    assertThat(written).hasSize(2);
    assertThat(written.getFirst()).containsExactly(0);
    assertThat(written.getLast()).containsExactlyInAnyOrder(1, 2, 3, 4);
  }

  @Test
  void writesNoMoreAtOnceThanIsAllowed() throws Exception {
    var byItems = write(commits(2, 1000), 6);
    byItems.forEach(CompletableFuture::join);

    assertThat(written).allMatch(it -> it.size() <= 2);
    assertThat(written.stream().mapToInt(List::size).sum()).isEqualTo(6);
  }

  @Test
  void aHeavyItemIsWrittenAlone() throws Exception {
    var commits = commits(10, 100);
    var answers = write(commits, 4);
    answers.forEach(CompletableFuture::join);

    assertThat(written).as("each weighs 100").allMatch(it -> it.size() == 1);
  }

  @Test
  void onlyTheItemThatIsRefusedFails() throws Exception {
    var answers = write(commits(10, 1000), 1, 7, 2);

    assertThat(answers.getFirst().join()).isEqualTo(10);
    assertThatThrownBy(() -> answers.get(1).join())
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(IllegalArgumentException.class);
    assertThat(answers.get(2).join()).isEqualTo(20);
  }

  @Test
  void allWhoWaitFailWhenTheDatabaseIsAway() throws Exception {
    var answers = write(commits(1, 1000), 13, 1, 2, 3);

    for (var answer : answers) {
      assertThatThrownBy(answer::join).hasCauseInstanceOf(JdbiException.class);
    }
    assertThat(written).as("tried once").hasSize(1);
  }

  @Test
  void goesOnAfterAnError() throws Exception {
    var commits = commits(1, 1000);
    var answers = write(commits, 99, 1);

    assertThatThrownBy(() -> answers.getFirst().join()).hasCauseInstanceOf(Throwable.class);
    assertThat(answers.getLast().join()).isEqualTo(10);
    assertThat(commits.write(3)).isEqualTo(30);
  }

  /// Its caller finds the lane taken, and who has the lane has seen that nothing waits.
  @Test
  void whatComesBetweenTheLastLookAndGivingTheLaneBackIsWritten() throws Exception {
    var lane = new Lane();
    var commits = new GroupCommit<Integer, Integer>("test", lane, 10, 1000, _ -> 100, this::store);
    var late = new FutureTask<>(() -> commits.write(2));
    lane.beforeRelease(
        () -> {
          var thread = Thread.ofPlatform().daemon().start(late);
          await("it waits").until(thread::getState, Thread.State.WAITING::equals);
        });
    go.countDown();

    assertThat(commits.write(1)).isEqualTo(10);

    assertThat(late.get(10, TimeUnit.SECONDS)).isEqualTo(20);
    assertThat(written).containsExactly(List.of(1), List.of(2));
  }

  /// One lane; something can happen just before it is given back.
  private static final class Lane extends Semaphore {
    private static final long serialVersionUID = 1;
    private final transient Queue<Runnable> between = new ConcurrentLinkedQueue<>();

    Lane() {
      super(1);
    }

    void beforeRelease(Runnable once) {
      between.add(once);
    }

    @Override
    public void release() {
      var once = between.poll();
      if (once != null) {
        once.run();
      }
      super.release();
    }
  }

  /// Answers ten times each; 7 is refused, 13 finds no database, 99 breaks the machine.
  private GroupCommit<Integer, Integer> commits(int mostItems, int mostWeight) {
    return new GroupCommit<>("test", 1, mostItems, mostWeight, _ -> 100, this::store);
  }

  private List<Integer> store(List<Integer> items) {
    written.add(items);
    first.countDown();
    try {
      go.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    if (items.contains(7)) {
      throw new IllegalArgumentException("7");
    }
    if (items.contains(13)) {
      throw new JdbiException("away", new SQLException("gone", "08006")) {
        private static final long serialVersionUID = 1;
      };
    }
    if (items.contains(99)) {
      throw new AssertionError("broken");
    }
    return items.stream().map(it -> it * 10).toList();
  }

  private List<CompletableFuture<Integer>> write(GroupCommit<Integer, Integer> commits, int count)
      throws InterruptedException {
    return write(commits, IntStream.range(0, count).toArray());
  }

  /// The first is being written when the others come.
  private List<CompletableFuture<Integer>> write(
      GroupCommit<Integer, Integer> commits, int... items) throws InterruptedException {
    var answers = new ArrayList<CompletableFuture<Integer>>();
    var threads = new ArrayList<Thread>();
    for (var item : items) {
      var answer = new CompletableFuture<Integer>();
      answers.add(answer);
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      answer.complete(commits.write(item));
                    } catch (Throwable e) {
                      answer.completeExceptionally(e);
                    }
                  }));
      first.await();
      var thread = threads.getLast();
      await("it waits").until(() -> thread.getState() == Thread.State.WAITING);
    }
    go.countDown();
    return answers;
  }
}
