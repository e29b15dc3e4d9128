package ai.orchard9.rdev.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.error.ErrorCode;
import ai.orchard9.rdev.error.FieldError;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GitPolicyTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "status",
        "status --short",
        "log --oneline -n 5",
        "log -3",
        "diff --cached",
        "diff main..feature",
        "show HEAD~1",
        "add -A",
        "add src/main.c",
        "commit -m message",
        "commit -a -m message --allow-empty",
        "branch -a",
        "checkout -b topic",
        "checkout -- file.txt"
      })
  void allowsOrdinaryWork(String line) {
    assertThatCode(() -> GitPolicy.check(List.of(line.split(" ", -1)))).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-c alias.x=!sh x",
        "push",
        "clone ext::sh",
        "log --output=/etc/passwd",
        "log --outpu=x",
        "diff --no-index /etc/passwd x",
        "diff --ext-diff",
        "show --textconv",
        "add ../outside",
        "add /etc/passwd",
        "add ~/x",
        "add :/",
        "commit",
        "commit -m",
        "commit -m --amend",
        "commit -F /etc/passwd",
        "commit --am",
        "log -n",
        "status --upload-pa=sh",
        "config core.pager sh",
        "checkout -b topic -- a/../../b",
        "bisect run sh"
      })
  void refusesEverythingElseAndNamesTheRule(String line) {
    assertThatExceptionOfType(ApiException.Forbidden.class)
        .isThrownBy(() -> GitPolicy.check(List.of(line.split(" ", -1))))
        .satisfies(
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.COMMAND_NOT_ALLOWED);
              assertThat(e.details())
                  .extracting(FieldError::field)
                  .first()
                  .asString()
                  .startsWith("args[");
            });
  }
}
