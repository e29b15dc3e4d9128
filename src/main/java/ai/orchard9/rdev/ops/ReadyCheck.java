package ai.orchard9.rdev.ops;

/// Something the API cannot serve without. Called on a thread of its own, and given up after a
/// second.
@FunctionalInterface
public interface ReadyCheck {

  /// What to say about it, `ok` at best, when the API can serve.
  ///
  /// @throws Exception it cannot; the message says what to do
  String check() throws Exception;
}
