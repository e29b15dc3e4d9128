package ai.orchard9.rdev.ops.diagnosis;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.ops.task.Arguments;
import java.io.IOException;
import java.util.List;

/// A look into the JVM, sent as a file by `GET /<name>` on the admin port. One at a time.
interface Diagnosis {
  /// Its path without the slash.
  String name();

  /// The arguments that it takes, beside `dry_run`.
  List<String> usage();

  /// What the file should be called.
  String fileName();

  /// Whether the file holds what nobody may have without it being on record.
  boolean holdsSecrets();

  /// What it would do now, as lines `key=value`.
  ///
  /// @throws ApiException an argument makes no sense, or there is no room for it
  List<String> would(Arguments arguments);

  /// Looks, and sends what it has found. Leaves no file behind.
  ///
  /// @throws IOException the client has gone, or is too slow, or the disk failed
  void send(Arguments arguments, Client client) throws IOException, InterruptedException;
}
