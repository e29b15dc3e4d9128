package ai.orchard9.rdev.runtime;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// The one primitive that commands stand on: list the projects, and open a session in one of them.
/// All that makes a command durable is built above it, so that every runtime keeps the same
/// promises. Any thread may call.
@SuppressWarnings("JavaLangClash") // The room's word; nobody here needs java.lang's.
public interface Runtime extends AutoCloseable {
  /// Asks for the projects there are now, in no order.
  ///
  /// @throws RuntimeUnavailableException it cannot be asked at the moment
  Listing list() throws RuntimeUnavailableException;

  /// Calls back, quickly and soon, when the projects have changed without anybody asking; a runtime
  /// that cannot tell never does. Once, before the first [#list].
  default void watch(Consumer<Listing> changed) {}

  /// Starts a program in a project and connects its three streams.
  ///
  /// @param argv the program and its arguments, passed on without a shell between
  /// @throws SessionRefusedException nothing was started, for a known reason
  /// @throws RuntimeUnavailableException nothing was started, or nobody can tell
  Session open(Place place, List<String> argv) throws RuntimeUnavailableException;

  /// Whether it is worth starting something now. False while it is known not to answer.
  default boolean isAvailable() {
    return true;
  }

  /// The breaker that keeps calls from it while it does not answer; empty where there is none.
  default Optional<Breaker> breaker() {
    return Optional.empty();
  }

  /// The directory, beside the projects' processes, that commands are kept in while they run. Empty
  /// leaves the choice to the far side, which knows its disks.
  String spoolRoot();

  /// Lets go of all connections. What runs, runs on.
  @Override
  default void close() {}
}
