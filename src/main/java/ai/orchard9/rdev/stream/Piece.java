package ai.orchard9.rdev.stream;

/// What a source has to say next.
sealed interface Piece {

  /// Bytes to write; shared with other streams, never changed.
  @SuppressWarnings("ArrayRecordComponent")
  record Data(byte[] bytes, int offset, int length) implements Piece {
    Data(byte[] bytes) {
      this(bytes, 0, bytes.length);
    }
  }

  /// Nothing yet; a wake-up will come.
  record Waiting() implements Piece {}

  /// Only [Source#prepare] can tell.
  record Blocked() implements Piece {}

  /// All is said.
  record End() implements Piece {}

  /// The rest cannot be had: the client must see that it is cut off.
  record Broken() implements Piece {}

  /// See [Waiting].
  Piece WAITING = new Waiting();

  /// See [Blocked].
  Piece BLOCKED = new Blocked();

  /// See [End].
  Piece END = new End();

  /// See [Broken].
  Piece BROKEN = new Broken();
}
