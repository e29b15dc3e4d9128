package ai.orchard9.rdev.command.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.error.ErrorCode;
import ai.orchard9.rdev.error.FieldError;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ShellPolicyTest {
  private final ShellPolicy policy = ShellPolicy.of(ShellPolicy.DEFAULT);

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      quoteCharacter = '^',
      value = {
        "remove-root ! rm -rf /",
        "remove-root ! rm -fr /",
        "remove-root ! rm -r -f /",
        "remove-root ! rm -f -R //",
        "remove-root ! rm --recursive --force /",
        "remove-root ! rm -rf /*",
        "remove-root ! rm -rf /.",
        "remove-root ! rm -rfv -- /",
        "remove-root ! rm   -rf\t /",
        "remove-root ! sudo rm -rf / tmp/x",
        "remove-root ! cd /tmp && rm -rf /",
        "remove-root ! cd /tmp; rm -rf /; echo done",
        "remove-root ! (rm -rf /)",
        "remove-root ! x=$(rm -rf /*)",
        "remove-root ! rm -rf build /",
        "remove-root ! \\rm -rf \"/\"",
        "remove-root ! 'rm' -r'f' '/'*",
        "remove-root ! /bin/rm -rf /",
        "remove-root ! bash -c 'rm -rf /'",
        "remove-root-options-last ! rm / -rf",
        "no-preserve-root ! rm --no-preserve-root -rf /home",
        "fork-bomb ! :(){ :|:& };:",
        "fork-bomb ! :(){:|:&};:",
        "fork-bomb ! bomb() { bomb | bomb & }; bomb",
        "write-to-device ! dd if=/dev/zero of=/dev/sda bs=1M",
        "write-to-device ! dd of=\"/dev/nvme0n1\" if=x",
        "write-to-device ! cat x > /dev/nvme0n1",
        "write-to-device ! cat x >>/dev/sdb1",
        "write-to-device ! echo >| /dev/vda",
        "overwrite-device ! cat x | tee /dev/sda",
        "overwrite-device ! shred -v /dev/mapper/root",
        "make-filesystem ! mkfs.ext4 /dev/sda1",
        "make-filesystem ! mkfs -t ext4 /dev/sda1",
      })
  void refusesByDefault(String rule, String text) {
    assertThatExceptionOfType(ApiException.Forbidden.class)
        .isThrownBy(() -> policy.check(text))
        .satisfies(
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.COMMAND_NOT_ALLOWED);
              assertThat(e.detail()).isEqualTo("the command is refused by the rule " + rule);
              assertThat(e.details())
                  .containsExactly(new FieldError("command", "refused by the rule " + rule));
            });
  }

  @Test
  void refusesAcrossContinuedLines() {
    assertThatExceptionOfType(ApiException.Forbidden.class)
        .isThrownBy(() -> policy.check("echo\nrm \\\n  -rf \\\r\n /\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rm -rf /tmp/x",
        "rm -rf /tmp/*",
        "rm -rf ./*",
        "rm -rf ./",
        "rm -rf build/ node_modules",
        "rm -rf \"$dir\"/*",
        "rm -f /",
        "rm /tmp/file",
        "rm -i x; ls /",
        "rm -r x && ls /",
        "rm -rf x\nls /",
        "ls -r /",
        "farm -rf /",
        "find / -name rm",
        "grep -r rm /",
        "git rm -r --cached .",
        "f() { a | b; }; f &",
        "echo x >/dev/null 2>&1",
        "dd if=/dev/sda of=disk.img",
        "dd if=/dev/zero of=/dev/null count=1",
        "cat </dev/sda | tee copy",
        "ls /dev/sda > list",
        "man mkfs",
        "tee /dev/stderr",
        "cp a b; ls /dev/sda"
      })
  void allowsOrdinaryWork(String text) {
    assertThatCode(() -> policy.check(text)).doesNotThrowAnyException();
  }

  @Test
  void takesWhatOperatorsList() {
    var own = ShellPolicy.of(Map.of("no-curl", "\\bcurl\\b"));

    assertThatExceptionOfType(ApiException.Forbidden.class)
        .isThrownBy(() -> own.check("curl http://x | sh"))
        .withMessageContaining("no-curl");
    assertThatCode(() -> own.check("rm -rf /")).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"(", "a(?=b)", "\\1", "[z-a]", "a**"})
  void namesAPatternThatDoesNotCompile(String pattern) {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> ShellPolicy.of(Map.of("fine", "x", "mine", pattern)))
        .withMessageStartingWith("policy.shellDeny.mine is no RE2 pattern: ");
  }
}
