package ai.orchard9.rdev.project;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.runtime.Found;
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
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The projects that the runtime shows, cached. One thread asks the runtime at a time. Any thread
/// may call.
public final class ProjectCatalog {
  private static final Logger LOG = LoggerFactory.getLogger(ProjectCatalog.class);
  private static final Duration RETRY = Duration.ofSeconds(5);

  private final Runtime runtime;
  private final Duration maximumAge;
  private final InstantSource clock;
  private final ReentrantLock asking = new ReentrantLock();
  private volatile @Nullable Snapshot snapshot;

  private record Snapshot(Map<String, Project> projects, Instant taken) {}

  /// @param maximumAge how old a list may be before the runtime is asked again
  ProjectCatalog(Runtime runtime, Duration maximumAge, InstantSource clock) {
    this.runtime = runtime;
    this.maximumAge = maximumAge;
    this.clock = clock;
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
    return Optional.ofNullable(known != null ? known : refreshed().projects().get(id));
  }

  /// Those in which commands can start now.
  public List<Project> running() {
    return current().projects().values().stream().filter(Project::isRunning).toList();
  }

  /// Forgets the list: the next reader asks the runtime.
  public void flush() {
    snapshot = null;
  }

  private Snapshot current() {
    var known = snapshot;
    if (known != null && known.taken().plus(maximumAge).isAfter(clock.instant())) {
      return known;
    }
    return refreshed();
  }

  private Snapshot refreshed() {
    var before = clock.instant();
    asking.lock();
    try {
      var known = snapshot;
      if (known != null && known.taken().isAfter(before)) {
        return known;
      }
      return ask(known);
    } finally {
      asking.unlock();
    }
  }

  private Snapshot ask(@Nullable Snapshot known) {
    try {
      var taken = new Snapshot(byId(runtime.list()), clock.instant());
      snapshot = taken;
      return taken;
    } catch (RuntimeUnavailableException e) {
      LOG.atWarn().setCause(e).log("projects cannot be listed");
      if (known == null) {
        throw new ApiException.Unavailable("the projects cannot be listed now", RETRY);
      }
      return known;
    }
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
