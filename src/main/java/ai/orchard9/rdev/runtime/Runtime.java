package ai.orchard9.rdev.runtime;

import java.util.List;

/// The one primitive that commands stand on: list the projects, and open a session in one of them.
/// All that makes a command durable is built above it, so that every runtime keeps the same
/// promises.
@SuppressWarnings("JavaLangClash") // The room's word; nobody here needs java.lang's.
public interface Runtime {
  /// The projects there are now, in no order.
  ///
  /// @throws RuntimeUnavailableException it cannot be asked at the moment
  List<Found> list() throws RuntimeUnavailableException;

  /// Starts a program in a project and connects its three streams.
  ///
  /// @param argv the program and its arguments, passed on without a shell between
  /// @throws RuntimeUnavailableException nothing was started, or nobody can tell
  Session open(Place place, List<String> argv) throws RuntimeUnavailableException;

  /// The directory, beside the projects' processes, that commands are kept in while they run. Empty
  /// leaves the choice to the far side, which knows its disks.
  String spoolRoot();
}
