package ai.orchard9.rdev.console;

import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.Scope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is around every page. Public only because Thymeleaf reads it.
///
/// @param areas empty when nobody is logged in
/// @param current the area of the page; null: of none
/// @param keyName whose session it is; null: nobody's
/// @param formToken what the forms of the page carry
/// @param notice what has just been done; null: nothing
public record Shell(
    String title,
    List<Area> areas,
    @Nullable Area current,
    @Nullable String keyName,
    Rights may,
    String formToken,
    @Nullable String notice) {

  public Shell {
    areas = List.copyOf(areas);
  }

  /// Of nobody.
  static Shell plain(String title, String formToken) {
    return new Shell(title, List.of(), null, null, Rights.NONE, formToken, null);
  }

  static Shell of(
      String title,
      @Nullable Area current,
      Caller caller,
      String formToken,
      @Nullable String notice) {
    return new Shell(
        title, Area.of(caller), current, caller.keyName(), Rights.of(caller), formToken, notice);
  }

  /// Which buttons are there. Public only because Thymeleaf reads it.
  public record Rights(
      boolean execute, boolean writeKeys, boolean writeWebhooks, boolean readAudit, boolean admin) {
    static final Rights NONE = new Rights(false, false, false, false, false);

    static Rights of(Caller caller) {
      return new Rights(
          caller.has(Scope.PROJECTS_EXECUTE),
          caller.has(Scope.KEYS_WRITE),
          caller.has(Scope.WEBHOOKS_WRITE),
          caller.has(Scope.AUDIT_READ),
          caller.has(Scope.ADMIN));
    }
  }
}
