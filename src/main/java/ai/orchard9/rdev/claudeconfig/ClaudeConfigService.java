package ai.orchard9.rdev.claudeconfig;

import ai.orchard9.rdev.audit.Actor;
import ai.orchard9.rdev.audit.AuditEntry;
import ai.orchard9.rdev.audit.AuditLog;
import ai.orchard9.rdev.audit.Outcome;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.RequestContext;
import ai.orchard9.rdev.project.Project;
import ai.orchard9.rdev.project.ProjectCatalog;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Shows and changes the files that a project's agent reads. They are nowhere but in the project:
/// each call asks there, and is refused (503) while that cannot be asked.
public final class ClaudeConfigService {
  private static final Logger LOG = LoggerFactory.getLogger(ClaudeConfigService.class);
  private static final String CLAUDE = "claude";

  private final ProjectCatalog projects;
  private final ConfigStore store;
  private final AuditLog audit;

  ClaudeConfigService(ProjectCatalog projects, ConfigStore store, AuditLog audit) {
    this.projects = projects;
    this.store = store;
    this.audit = audit;
  }

  /// What was written.
  ///
  /// @param isNew whether there was none of that name
  public record Written(ConfigFile file, boolean isNew) {}

  /// Whether the caller may change the configuration of projects that it may use and execute in:
  /// what is written there decides what claude commands do.
  public static boolean mayWrite(Caller caller) {
    return caller.mayRun(CLAUDE);
  }

  /// All files, by kind.
  ///
  /// @throws ApiException.NotFound no such project, or not one that the caller's key may see
  /// @throws ApiException.Conflict a link is in the way
  public Map<ConfigKind, ConfigList> list(Caller caller, String project) {
    return store.list(running(caller, project).place(), EnumSet.allOf(ConfigKind.class));
  }

  /// The files of one kind.
  ///
  /// @throws ApiException.NotFound no such project or kind
  /// @throws ApiException.Conflict a link is in the way
  public ConfigList list(Caller caller, String project, String kind) {
    var wanted = kind(kind);
    var lists = store.list(running(caller, project).place(), EnumSet.of(wanted));
    return lists.getOrDefault(wanted, ConfigList.EMPTY);
  }

  /// One file.
  ///
  /// @throws ApiException.NotFound no such project, kind or file
  /// @throws ApiException.Conflict there is something, but no text of up to 1 MiB
  public ConfigFile get(Caller caller, String project, String kind, String name) {
    var wanted = kind(kind);
    var found = running(caller, project);
    return store.read(found.place(), wanted, known(wanted, name));
  }

  /// Writes one that must be new, or one that may be there.
  ///
  /// @throws ApiException.NotFound no such project or kind
  /// @throws ApiException.Forbidden the key may not run claude commands
  /// @throws ApiException.BadRequest the name or the content is none
  /// @throws ApiException.Conflict there is one already; a link is in the way; the project's disk
  ///   cannot be written
  public Written write(
      Caller caller,
      String project,
      String kind,
      @Nullable String name,
      @Nullable String content,
      boolean replace,
      RequestContext request) {
    var wanted = kind(kind);
    var found = projects.get(caller, project);
    allow(caller);
    var file = ConfigRules.check(name, content);
    try (var change = store.write(running(found).place(), wanted, file, replace)) {
      var detail = new LinkedHashMap<String, @Nullable Object>();
      detail.put("path", wanted.path(file.name()));
      detail.put("bytes", file.bytes().length);
      detail.put("sha256", sha256(file.bytes()));
      detail.put("new", change.isNew());
      record(caller, "claude_config.written", project, change, detail, request);
      return new Written(new ConfigFile(change.entry(), String.valueOf(content)), change.isNew());
    }
  }

  /// Deletes one; a skill with all that is in its folder.
  ///
  /// @throws ApiException.NotFound no such project, kind or file
  /// @throws ApiException.Forbidden the key may not run claude commands
  /// @throws ApiException.Conflict a link is in the way; the project's disk cannot be written
  public void delete(
      Caller caller, String project, String kind, String name, RequestContext request) {
    var wanted = kind(kind);
    var found = projects.get(caller, project);
    allow(caller);
    var known = known(wanted, name);
    try (var change = store.delete(running(found).place(), wanted, known)) {
      var detail = new LinkedHashMap<String, @Nullable Object>();
      detail.put("path", wanted.path(known));
      record(caller, "claude_config.deleted", project, change, detail, request);
    }
  }

  private static ConfigKind kind(String kind) {
    return ConfigKind.find(kind).orElseThrow(ConfigErrors::unknownKind);
  }

  private static String known(ConfigKind kind, String name) {
    if (!ConfigRules.isName(name)) {
      throw ConfigErrors.notFound(kind);
    }
    return name;
  }

  private static void allow(Caller caller) {
    if (!mayWrite(caller)) {
      throw ConfigErrors.mayNotRunClaude();
    }
  }

  private Project running(Caller caller, String project) {
    return running(projects.get(caller, project));
  }

  private static Project running(Project project) {
    if (!project.isRunning()) {
      throw ConfigErrors.notRunning(project);
    }
    return project;
  }

  /// The record comes first: what cannot be taken down is not done. By then all is prepared, so
  /// that hardly anything is left that could fail; if it does, that is taken down, too.
  private void record(
      Caller caller,
      String action,
      String project,
      ConfigStore.Change change,
      Map<String, @Nullable Object> detail,
      RequestContext request) {
    var target = change.kind().wire() + "/" + change.entry().name();
    var actor = Actor.of(caller);
    audit.append(new AuditEntry(actor, action, request, project, target, Outcome.ALLOWED, detail));
    try {
      change.make();
    } catch (ApiException refused) {
      detail.put("error", refused.detail());
      tryToRecord(new AuditEntry(actor, action, request, project, target, Outcome.FAILED, detail));
      throw refused;
    }
    LOG.atInfo()
        .addKeyValue("project", project)
        .addKeyValue("file", target)
        .log(
            action.equals("claude_config.deleted")
                ? "configuration deleted"
                : "configuration written");
  }

  private void tryToRecord(AuditEntry entry) {
    try {
      audit.append(entry);
    } catch (RuntimeException away) {
      LOG.atWarn()
          .addKeyValue("action", entry.action())
          .setCause(away)
          .log("failure not taken down");
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
