package ai.orchard9.rdev.ops.docs;

import io.dropwizard.core.setup.Environment;

/// Wires the room.
public final class DocsModule {
  private DocsModule() {}

  /// Serves `/openapi.json` and `/docs`.
  public static void install(Environment environment) {
    environment.jersey().register(new OpenApiResource());
    environment.jersey().register(new DocsResource());
  }
}
