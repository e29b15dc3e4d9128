package ai.orchard9.rdev.e2e.gameday;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.ShellCommands;
import ai.orchard9.rdev.testing.ShellCommands.Given;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// A runbook as who is on call has it open: the commands that stand in it, found by their section
/// and some words of them. What is not in the runbook cannot be run.
record Runbook(Path page) {
  static Runbook of(String alert) {
    return new Runbook(Path.of("runbooks", alert + ".md"));
  }

  /// What shows the fault.
  Given look(String... words) {
    return step("Look", words);
  }

  /// What leads out of it.
  Given remedy(String... words) {
    return step("Remedy", words);
  }

  /// What shows that it is over.
  Given verify(String... words) {
    return step("Verify", words);
  }

  private Given step(String section, String... words) {
    var found =
        ShellCommands.of(page).stream()
            .filter(
                it -> section(it).equals(section) && Stream.of(words).allMatch(it.text()::contains))
            .toList();
    assertThat(found).as("%s, %s: a command with %s", page, section, List.of(words)).hasSize(1);
    return found.getFirst();
  }

  private String section(Given command) {
    return lines().subList(0, command.line()).reversed().stream()
        .filter(it -> it.startsWith("## "))
        .findFirst()
        .orElseThrow()
        .substring(3);
  }

  private List<String> lines() {
    try {
      return Files.readAllLines(page);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
