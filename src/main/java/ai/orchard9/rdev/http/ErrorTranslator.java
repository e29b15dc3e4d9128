package ai.orchard9.rdev.http;

import ai.orchard9.rdev.error.ApiException;
import java.util.Optional;

/// Knows what some other room's exceptions mean to a client, as: the database is away, 503.
@FunctionalInterface
public interface ErrorTranslator {
  Optional<ApiException> translate(Throwable failure);
}
