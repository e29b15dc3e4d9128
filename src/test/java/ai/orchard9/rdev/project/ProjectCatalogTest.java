package ai.orchard9.rdev.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.runtime.Found;
import ai.orchard9.rdev.runtime.Listing;
import ai.orchard9.rdev.runtime.Place;
import ai.orchard9.rdev.runtime.Runtime;
import ai.orchard9.rdev.runtime.RuntimeUnavailableException;
import ai.orchard9.rdev.runtime.Session;
import ai.orchard9.rdev.runtime.Status;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/// What is served while the runtime answers, changes, hangs and is away.
final class ProjectCatalogTest {
  private static final Caller ALICE = Caller.admin("alice", "alice");
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration LONG = Duration.ofHours(1);

  private final Scripted runtime = new Scripted();
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final CatalogMetrics metrics = new CatalogMetrics(registry);
  private Instant now = NOON;

  @Test
  void asksOnceForManyReaders() {
    var catalog = catalog(LONG);
    runtime.projects = listing(1, "b", "a");

    for (int i = 0; i < 100; i++) {
      assertThat(catalog.list(ALICE)).extracting(Project::id).containsExactly("a", "b");
    }

    assertThat(runtime.asked).hasValue(1);
    assertThat(catalog.staleSince()).isEmpty();
  }

  @Test
  void asksAgainWhenTheListIsTooOldOrFlushed() {
    var fast = catalog(Duration.ZERO);
    fast.list(ALICE);
    fast.list(ALICE);
    assertThat(runtime.asked).hasValue(2);

    var slow = catalog(LONG);
    slow.list(ALICE);
    slow.flush();
    slow.list(ALICE);
    assertThat(runtime.asked).hasValue(4);
  }

  @Test
  void servesTheLastListMarkedWhileTheRuntimeIsAway() {
    var catalog = catalog(Duration.ZERO);
    catalog.list(ALICE);
    runtime.projects = null;

    assertThat(catalog.list(ALICE)).extracting(Project::id).containsExactly("demo");
    assertThat(catalog.staleSince()).contains(NOON);
    now = NOON.plusSeconds(90);
    assertThat(catalog.staleSeconds()).isEqualTo(90);

    runtime.projects = listing(2, "new");
    catalog.flush();
    assertThat(catalog.list(ALICE)).extracting(Project::id).containsExactly("new");
    assertThat(catalog.staleSince()).isEmpty();
    assertThat(catalog.staleSeconds()).isZero();
  }

  @Test
  void asksSoonAgainForAListThatIsStaleHoweverOldOnesMayBe() {
    var catalog = catalog(LONG);
    catalog.list(ALICE);
    runtime.projects = null;
    runtime.available = false;
    await("stale")
        .atMost(SOON)
        .until(() -> !catalog.list(ALICE).isEmpty() && catalog.staleSince().isPresent());

    runtime.projects = listing(2, "new");
    runtime.available = true;

    await("the new list")
        .atMost(SOON)
        .until(() -> catalog.list(ALICE).getFirst().id().equals("new"));
    assertThat(catalog.staleSince()).isEmpty();
  }

  @Test
  void saysSoWhenNothingIsKnownAtAll() {
    runtime.projects = null;
    var catalog = catalog(LONG);

    assertThatThrownBy(() -> catalog.list(ALICE)).isInstanceOf(ApiException.Unavailable.class);
  }

  @Test
  void doesNotAskAgainAtOnceAfterAFailure() {
    var catalog = catalog(Duration.ZERO);
    catalog.list(ALICE);
    runtime.projects = null;
    for (int i = 0; i < 100; i++) {
      catalog.list(ALICE);
    }

    assertThat(runtime.asked.get()).isBetween(2, 4);
  }

  @Test
  void goesOnWithoutAnAnswerThatDoesNotCome() {
    var catalog = catalog(Duration.ZERO);
    catalog.list(ALICE);
    runtime.hung = new CountDownLatch(1);

    var begin = System.nanoTime();
    assertThat(catalog.list(ALICE)).extracting(Project::id).containsExactly("demo");
    assertThat(catalog.list(ALICE)).hasSize(1);
    var took = Duration.ofNanos(System.nanoTime() - begin);
    assertThat(catalog.staleSince()).contains(NOON);
    runtime.hung.countDown();

    assertThat(took).isLessThan(Duration.ofSeconds(3));
  }

  @Test
  void takesOverWhatTheRuntimeTellsButNothingOlderThanItKnows() {
    var catalog = catalog(LONG);
    runtime.projects = listing(5, "demo");
    catalog.list(ALICE);

    runtime.tell(listing(6, "demo", "new"));
    assertThat(catalog.list(ALICE)).extracting(Project::id).containsExactly("demo", "new");
    runtime.tell(listing(4));
    assertThat(catalog.list(ALICE)).hasSize(2);
    assertThat(runtime.asked).hasValue(1);
  }

  @Test
  void looksAfreshForAProjectThatIsNotThereButNotForEach() throws Exception {
    var catalog = catalog(LONG);
    for (int i = 0; i < 50; i++) {
      assertThat(catalog.find("unknown-" + i)).isEmpty();
    }

    assertThat(runtime.asked.get()).isLessThanOrEqualTo(2);
  }

  @Test
  void offersNothingToRunWhileTheRuntimeIsKnownToBeAway() {
    var catalog = catalog(LONG);
    assertThat(catalog.running()).hasSize(1);

    runtime.available = false;

    assertThat(catalog.running()).isEmpty();
    assertThat(catalog.list(ALICE)).hasSize(1);
  }

  @Test
  void countsEachReadOnceAndEachQuestionWithoutAnAnswer() {
    assertThat(counts()).isEqualTo("hit 0, miss 0, stale 0, failed 0, unanswered 0");
    runtime.projects = null;
    var catalog = catalog(LONG);

    assertThatThrownBy(() -> catalog.list(ALICE)).isInstanceOf(ApiException.Unavailable.class);
    assertThat(counts()).isEqualTo("hit 0, miss 0, stale 0, failed 1, unanswered 1");

    runtime.projects = listing(1, "demo");
    catalog.list(ALICE);
    catalog.list(ALICE);
    catalog.list(ALICE);
    assertThat(counts()).isEqualTo("hit 2, miss 1, stale 0, failed 1, unanswered 1");

    runtime.projects = null;
    catalog.flush();
    catalog.list(ALICE);
    catalog.list(ALICE);
    assertThat(counts()).isEqualTo("hit 2, miss 1, stale 2, failed 1, unanswered 2");
  }

  @Test
  void outlivesARuntimeThatBreaks() {
    var catalog = catalog(Duration.ZERO);
    catalog.list(ALICE);
    runtime.broken = new IllegalStateException("a flaw of ours");

    assertThat(catalog.list(ALICE)).hasSize(1);
    assertThat(counts()).isEqualTo("hit 0, miss 1, stale 1, failed 0, unanswered 1");
  }

  private String counts() {
    var reads = new TreeMap<String, Integer>();
    for (var snapshot : registry.scrape()) {
      if (snapshot instanceof CounterSnapshot counter) {
        for (var point : counter.getDataPoints()) {
          var name = Objects.requireNonNullElse(point.getLabels().get("outcome"), "unanswered");
          reads.put(name, (int) point.getValue());
        }
      }
    }
    return Stream.of("hit", "miss", "stale", "failed", "unanswered")
        .map(it -> it + " " + reads.get(it))
        .collect(Collectors.joining(", "));
  }

  @Test
  void saysOnceWhatWasLeftOutAndWhy() {
    var log = (Logger) LoggerFactory.getLogger(ProjectCatalog.class);
    var lines = new ListAppender<ILoggingEvent>();
    lines.start();
    log.addAppender(lines);
    try {
      var catalog = catalog(Duration.ZERO);
      runtime.projects = without(1, "a: no label", "b\n: no label");
      catalog.list(ALICE);
      catalog.list(ALICE);
      assertThat(reasons(lines)).containsExactly("a: no label", "b?: no label");

      runtime.tell(without(2, "a: no label", "c: a duplicate"));
      runtime.tell(without(3));
      runtime.tell(without(4, "a: no label"));
      assertThat(reasons(lines))
          .containsExactly("a: no label", "b?: no label", "c: a duplicate", "a: no label");
    } finally {
      log.detachAppender(lines);
    }
  }

  private static List<String> reasons(ListAppender<ILoggingEvent> lines) {
    return lines.list.stream()
        .filter(it -> it.getMessage().equals("project left out"))
        .map(it -> String.valueOf(it.getKeyValuePairs().getFirst().value))
        .toList();
  }

  private static Listing without(long version, String... leftOut) {
    return new Listing(version, listing(version, "demo").found(), List.of(leftOut));
  }

  private ProjectCatalog catalog(Duration age) {
    return new ProjectCatalog(runtime, () -> age, () -> now, metrics);
  }

  private static Listing listing(long version, String... ids) {
    return new Listing(
        version,
        Arrays.stream(ids)
            .map(
                id ->
                    new Found(
                        new Place(id, null, "/" + id),
                        id,
                        Status.RUNNING,
                        NOON,
                        Map.of(),
                        Map.of(),
                        List.of()))
            .toList(),
        List.of());
  }

  /// A runtime that does as it is told.
  private static final class Scripted implements Runtime {
    private final AtomicInteger asked = new AtomicInteger();
    private volatile @Nullable Listing projects = listing(1, "demo");
    private volatile CountDownLatch hung = new CountDownLatch(0);
    private volatile boolean available = true;
    private volatile @Nullable RuntimeException broken;
    private Consumer<Listing> listener = _ -> {};

    @Override
    public Listing list() throws RuntimeUnavailableException {
      asked.incrementAndGet();
      try {
        hung.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      var flaw = broken;
      if (flaw != null) {
        throw flaw;
      }
      var now = projects;
      if (now == null) {
        throw new RuntimeUnavailableException("away");
      }
      return now;
    }

    @Override
    public void watch(Consumer<Listing> changed) {
      listener = changed;
    }

    void tell(Listing listing) {
      listener.accept(listing);
    }

    @Override
    public Session open(Place place, List<String> argv) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isAvailable() {
      return available;
    }

    @Override
    public String spoolRoot() {
      return "";
    }
  }
}
