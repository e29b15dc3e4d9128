package ai.orchard9.rdev.e2e;

import ai.orchard9.rdev.testing.TestPostgres;

/// The database of the [SharedServer], for what no client can do: have time pass.
final class SharedDatabase {
  private SharedDatabase() {}

  static void execute(String sql) {
    TestPostgres.shared().execute(SharedServer.get().database(), sql);
  }

  static long number(String sql) {
    return TestPostgres.shared().number(SharedServer.get().database(), sql);
  }
}
