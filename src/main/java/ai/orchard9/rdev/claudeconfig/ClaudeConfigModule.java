package ai.orchard9.rdev.claudeconfig;

import ai.orchard9.rdev.audit.AuditLog;
import ai.orchard9.rdev.project.ProjectCatalog;
import ai.orchard9.rdev.runtime.Runtime;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.lifecycle.AutoCloseableManager;
import java.time.Duration;
import java.time.InstantSource;

/// Wires the room.
public final class ClaudeConfigModule {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private ClaudeConfigModule() {}

  /// Serves `/projects/{id}/claude-config` and returns what pages ask.
  public static ClaudeConfigService install(
      Environment environment,
      Runtime runtime,
      ProjectCatalog projects,
      AuditLog audit,
      InstantSource clock) {
    var far = new FarSide(runtime, LIMIT, clock);
    environment.lifecycle().manage(new AutoCloseableManager(far));
    var service = new ClaudeConfigService(projects, new ConfigStore(far), audit);
    environment.jersey().register(new ClaudeConfigResource(service));
    return service;
  }
}
