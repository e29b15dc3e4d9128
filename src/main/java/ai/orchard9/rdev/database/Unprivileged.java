package ai.orchard9.rdev.database;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// How to run PostgreSQL, which refuses root. As any other user with a name: just so. As root: in a
/// user namespace of its own (needs no rights to the directories above, and the files stay ours),
/// or, where namespaces are forbidden, as `nobody`, to whom its files are given.
record Unprivileged(List<String> prefix, int owner) {

  private static final int ROOT = 0;
  private static final List<String> NAMESPACE = List.of("unshare", "--user", "--");
  private static final int NOBODY = 65534;

  /// Chooses once per start; files already there decide.
  ///
  /// @param home the directory of everything PostgreSQL has to read and write
  static Unprivileged choose(Path home) throws IOException, InterruptedException {
    var me = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    if (me != ROOT) {
      // initdb wants a name; in a namespace a user without one, as containers have, is "nobody".
      var nameless = new Unprivileged(NAMESPACE, me);
      return !succeeds(List.of("id", "-un")) && nameless.canWrite(home)
          ? nameless
          : new Unprivileged(List.of(), me);
    }
    var data = home.resolve("data");
    var owner = Files.exists(data) ? (Integer) Files.getAttribute(data, "unix:uid") : ROOT;
    if (owner == ROOT) {
      var namespace = new Unprivileged(NAMESPACE, ROOT);
      if (namespace.canWrite(home)) {
        return namespace;
      }
      owner = NOBODY;
    }
    var id = String.valueOf(owner);
    var candidates =
        List.of(
            List.of("setpriv", "--reuid", id, "--regid", id, "--clear-groups", "--"),
            List.of("su", "-s", "/bin/sh", "nobody", "-c", "exec \"$0\" \"$@\"", "--"),
            List.of("runuser", "-u", "nobody", "--"));
    Files.setAttribute(home, "unix:uid", owner);
    for (var candidate : candidates) {
      var other = new Unprivileged(candidate, owner);
      if (other.canWrite(home)) {
        other.own(home);
        return other;
      }
    }
    throw new IllegalStateException(
        "PostgreSQL does not run as root, and neither unshare, setpriv, su nor runuser can run it"
            + " as another user under "
            + home
            + "; start rdev-api as another user, or set DB_HOST");
  }

  /// The command with what it takes to run it unprivileged.
  List<String> command(List<String> command) {
    var all = new ArrayList<>(prefix);
    all.addAll(command);
    return all;
  }

  /// Gives the file, or all under the directory, to the user that PostgreSQL runs as.
  void own(Path path) throws IOException {
    var me = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    if (me == owner) {
      return;
    }
    try (Stream<Path> all = Files.walk(path)) {
      for (var each : (Iterable<Path>) all::iterator) {
        Files.setAttribute(each, "unix:uid", owner, LinkOption.NOFOLLOW_LINKS);
      }
    }
  }

  private boolean canWrite(Path home) throws InterruptedException {
    var script = "test \"$(id -u)\" != 0 && cd \"$1\" && : >probe && rm -f probe";
    return succeeds(command(List.of("sh", "-c", script, "sh", home.toString())));
  }

  private static boolean succeeds(List<String> command) throws InterruptedException {
    try {
      var process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException noSuchProgram) {
      return false;
    }
  }
}
