package ai.orchard9.rdev.ops.task;

import ai.orchard9.rdev.error.ApiException;
import java.util.List;

/// Something an operator can have done, by `POST /tasks/<name>` on the admin port. Safe to run
/// twice.
public interface AdminTask {
  /// Its name in kebab-case.
  String name();

  /// How to call it, as `action=show|open`, for who did it wrong. These are the arguments that it
  /// takes, beside `dry_run`.
  List<String> usage();

  /// Whether, with these arguments, it changes anything: such a run is refused when it cannot be
  /// taken down in the audit log.
  boolean isChange(Arguments arguments);

  /// Does it, or with [Arguments#isDryRun] says what it would do.
  ///
  /// @return lines `key=value`: what was done or found
  /// @throws ApiException an argument makes no sense; nothing has happened
  List<String> run(Arguments arguments);
}
