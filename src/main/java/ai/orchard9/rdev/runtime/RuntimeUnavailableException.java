package ai.orchard9.rdev.runtime;

import org.jspecify.annotations.Nullable;

/// The runtime could not be reached or did not answer in time. Says nothing about what became of
/// the request: ask again, by the same name, once it is back.
public sealed class RuntimeUnavailableException extends Exception permits SessionRefusedException {
  private static final long serialVersionUID = 1;

  public RuntimeUnavailableException(String message) {
    this(message, null);
  }

  public RuntimeUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
