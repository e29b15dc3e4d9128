package ai.orchard9.rdev.execution;

import ai.orchard9.rdev.execution.spool.Follow;

/// What came of starting or adopting an attempt.
sealed interface Begun {
  /// It runs, or has run: this is what it prints.
  record Following(Follow follow) implements Begun {}

  /// There is nothing to follow: this is its end.
  record Over(Ending ending) implements Begun {}

  /// Queued again, or left to others: nothing is to be done here.
  record Left() implements Begun {}

  /// The row belongs to somebody else.
  record Lost() implements Begun {}
}
