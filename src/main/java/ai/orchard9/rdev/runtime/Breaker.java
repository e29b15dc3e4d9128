package ai.orchard9.rdev.runtime;

/// The circuit breaker round a runtime, in the hands of an operator. Any thread may call.
public interface Breaker {
  /// `closed`, `open` or `half_open`.
  String state();

  /// Opens it, and keeps it open until it is closed or reset.
  void open();

  /// Closes it now; it opens again when calls fail.
  void close();

  /// Closes it and forgets the calls that it has counted.
  void reset();
}
