package ai.orchard9.rdev.config;

import com.fasterxml.jackson.annotation.JsonCreator;

/// A value that neither logs nor error messages may show: `toString` hides it. It is never written
/// as JSON either; whoever needs it asks for [#value].
public final class Secret<T> {

  private final T value;

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public Secret(T value) {
    this.value = value;
  }

  public T value() {
    return value;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret<?> secret && value.equals(secret.value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public String toString() {
    return "****";
  }
}
