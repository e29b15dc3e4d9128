package ai.orchard9.rdev.project;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.runtime.Found;
import ai.orchard9.rdev.runtime.Listing;
import ai.orchard9.rdev.runtime.Runtime;
import ai.orchard9.rdev.runtime.RuntimeUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The projects that the runtime shows, cached. While the runtime cannot be asked, what was last
/// known is served, and said to be stale. Any thread may call, and none waits longer than a second
/// as long as anything is known.
public final class ProjectCatalog {
  private static final Logger LOG = LoggerFactory.getLogger(ProjectCatalog.class);
  private static final Duration RETRY = Duration.ofSeconds(5);

  /// How long a list is good enough for somebody who looks for a project that is not in it. The
  /// watch tells of new ones sooner; unknown ids must not make a list call each.
  private static final Duration MISS_AGE = Duration.ofSeconds(1);

  private final Runtime runtime;
  private final Supplier<Duration> maximumAge;
  private final InstantSource clock;
  private final Refreshing refreshing;
  private final CatalogMetrics metrics;
  private final Object applying = new Object();
  private final List<Consumer<Set<String>>> onList = new CopyOnWriteArrayList<>();
  private volatile @Nullable Snapshot snapshot;

  /// @param maximumAge how old a list may be before the runtime is asked again
  ProjectCatalog(
      Runtime runtime, Supplier<Duration> maximumAge, InstantSource clock, CatalogMetrics metrics) {
    this.runtime = runtime;
    this.maximumAge = maximumAge;
    this.clock = clock;
    this.metrics = metrics;
    this.refreshing = new Refreshing(this::ask, metrics);
    runtime.watch(this::changed);
  }

  /// Calls back with the ids of all projects, in their order, whenever they are listed or change,
  /// before any reader sees them; must be quick.
  public void onList(Consumer<Set<String>> told) {
    onList.add(told);
  }

  /// All that the caller may see, sorted by id.
  ///
  /// @throws ApiException.Unavailable the runtime cannot be asked and never could
  public List<Project> list(Caller caller) {
    return current().projects().values().stream().filter(it -> caller.mayUse(it.id())).toList();
  }

  /// One project.
  ///
  /// @throws ApiException.NotFound there is none, or none that the caller may see
  public Project get(Caller caller, String id) {
    return Optional.of(id)
        .filter(caller::mayUse)
        .flatMap(this::find)
        .orElseThrow(
            () -> {
              LOG.atInfo().addKeyValue("project", printable(id)).log("project not found");
              return new ApiException.NotFound("project not found");
            });
  }

  /// One project, whoever asks. A project that is not in the list is looked for afresh, so that a
  /// new one can be used at once.
  public Optional<Project> find(String id) {
    var known = current().projects().get(id);
    return Optional.ofNullable(known != null ? known : fresh(MISS_AGE).projects().get(id));
  }

  /// Those in which commands can start now; none while the runtime does not answer.
  public List<Project> running() {
    var known = current();
    return runtime.isAvailable()
        ? known.projects().values().stream().filter(Project::isRunning).toList()
        : List.of();
  }

  /// Whether commands can start anywhere.
  public boolean isAvailable() {
    return runtime.isAvailable();
  }

  /// What looked like a project and was none, and why.
  public List<String> leftOut() {
    return current().leftOut();
  }

  /// What the cache holds.
  ///
  /// @param projects sorted by id
  /// @param leftOut what looked like a project and was none, and why
  /// @param age since the runtime was last asked; changes that it told of by itself are in
  /// @param staleSince when it should have been asked again and did not answer
  public record Known(
      List<Project> projects, List<String> leftOut, Duration age, Optional<Instant> staleSince) {}

  /// What is known, without asking for anything; empty: nothing ever was.
  public Optional<Known> peek() {
    return Optional.ofNullable(snapshot)
        .map(
            it ->
                new Known(
                    List.copyOf(it.projects().values()), it.leftOut(), it.age(), staleSince()));
  }

  /// Why the runtime did not answer when it was last asked; empty when it did.
  public Optional<String> failure() {
    return refreshing.reason();
  }

  /// Since when the list may be out of date; empty while it is not.
  public Optional<Instant> staleSince() {
    var known = snapshot;
    return known == null || !known.stale() ? Optional.empty() : Optional.of(known.taken());
  }

  /// How old the list is that is served for want of a newer one; 0 while that is not so.
  double staleSeconds() {
    return staleSince()
        .map(it -> Math.max(0, Duration.between(it, clock.instant()).toMillis() / 1000.0))
        .orElse(0.0);
  }

  /// Forgets how fresh the list is: the next reader asks the runtime.
  public void flush() {
    synchronized (applying) {
      var known = snapshot;
      snapshot = known == null ? null : known.expired();
    }
    refreshing.forgetFailure();
  }

  private Snapshot current() {
    // Until the runtime has answered again, it is asked each second whether it does.
    var known = snapshot;
    var isDue = !runtime.isAvailable() || (known != null && known.stale());
    return fresh(isDue ? MISS_AGE : maximumAge.get());
  }

  /// A list no older than this, or a stale one.
  private Snapshot fresh(Duration age) {
    var known = snapshot;
    if (known != null && known.isYoungerThan(age)) {
      return remembered(known);
    }
    refreshing.refresh(known != null);
    var found = snapshot;
    if (found == null) {
      metrics.failed();
      throw new ApiException.Unavailable("the projects cannot be listed now", RETRY);
    }
    if (known == null || found.takenNanos() != known.takenNanos()) {
      metrics.miss();
      return found;
    }
    return remembered(unanswered(found));
  }

  private Snapshot remembered(Snapshot known) {
    if (known.stale()) {
      metrics.stale();
    } else {
      metrics.hit();
    }
    return known;
  }

  private Snapshot unanswered(Snapshot old) {
    synchronized (applying) {
      var known = snapshot;
      if (known != null
          && known.takenNanos() == old.takenNanos()
          && (refreshing.hasFailed() || !old.isYoungerThan(maximumAge.get()))) {
        known = known.asStale();
        snapshot = known;
      }
      return known == null ? old : known;
    }
  }

  private void ask() throws RuntimeUnavailableException {
    var listing = runtime.list();
    synchronized (applying) {
      var known = snapshot;
      var newest =
          known != null && known.version() > listing.version()
              ? known
              : Snapshot.of(byId(listing.found()), listing);
      apply(newest.takenAt(clock.instant()));
    }
  }

  /// The runtime tells by itself; how old the list is remains as it was.
  private void changed(Listing listing) {
    synchronized (applying) {
      var known = snapshot;
      if (known != null && listing.version() > known.version()) {
        apply(known.with(byId(listing.found()), listing));
      }
    }
  }

  private void apply(Snapshot changed) {
    var known = snapshot;
    onList.forEach(it -> it.accept(changed.projects().keySet()));
    snapshot = changed;
    metrics.projects(changed.projects().size());
    var told = known == null ? Set.<String>of() : Set.copyOf(known.leftOut());
    changed.leftOut().stream()
        .filter(it -> !told.contains(it))
        .forEach(
            it ->
                LOG.atWarn()
                    .addKeyValue("reason", it.replaceAll("\\p{Cntrl}", "?"))
                    .log("project left out"));
  }

  private Map<String, Project> byId(List<Found> found) {
    var projects = new LinkedHashMap<String, Project>();
    found.stream()
        .map(this::project)
        .sorted(Comparator.comparing(Project::id))
        .forEach(it -> projects.putIfAbsent(it.id(), it));
    return projects;
  }

  private Project project(Found found) {
    return new Project(
        found.place().project(),
        found.name(),
        found.status().name().toLowerCase(Locale.ROOT),
        found.place().podName(),
        clock.instant(),
        found.labels(),
        found.annotations(),
        found.warnings(),
        found.place());
  }

  private static String printable(String id) {
    return id.replaceAll("[^A-Za-z0-9._-]", "?").substring(0, Math.min(id.length(), 64));
  }
}
