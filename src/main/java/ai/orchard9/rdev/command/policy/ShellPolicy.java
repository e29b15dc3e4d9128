package ai.orchard9.rdev.command.policy;

import static java.util.Map.entry;

import ai.orchard9.rdev.error.ApiException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Refuses shell texts that operators do not want to see. A seat belt and no boundary: a text can
/// say the same in endless ways (`r''m -rf /`, `eval`, base64, a script in a file), so it keeps
/// from accidents, not from people. Who must not run any program gets a key for git alone, and the
/// audit log has what was run.
///
/// Patterns are RE2's, whose time is linear in the text whatever they say
/// (https://github.com/google/re2/wiki/Syntax).
public final class ShellPolicy {
  /// What is refused unless `config.yml` says otherwise, and says there too.
  public static final Map<String, String> DEFAULT =
      inOrder(
          entry(
              "remove-root",
              "\\brm( [^\\s;&|]+)* (-\\w*[rR]\\w*|--recursive)( [^\\s;&|]+)*"
                  + " /[/.]*\\*?([\\s;&|)}`]|$)"),
          entry(
              "remove-root-options-last",
              "\\brm( [^\\s;&|]+)* /[/.]*\\*?( [^\\s;&|]+)*"
                  + " (-\\w*[rR]\\w*|--recursive)([\\s;&|)}`]|$)"),
          entry("no-preserve-root", "\\brm [^;&|\\n]*--no-preserve-root"),
          entry("fork-bomb", "[:\\w]+ ?\\( ?\\) ?\\{\\s*[:\\w]+ ?\\| ?[:\\w]+ ?& ?;?\\s*\\}"),
          entry(
              "write-to-device",
              "(>[>|&]?"
                  + " ?|\\bof=)/dev/([shv]d[a-z]|xvd[a-z]|nvme\\d|mmcblk\\d|dm-\\d|md\\d|nbd\\d|loop\\d|mapper/|disk/)"),
          entry(
              "overwrite-device",
              "\\b(tee|cp|mv|shred|wipefs|blkdiscard) [^;&|\\n"
                  + "]*/dev/([shv]d[a-z]|xvd[a-z]|nvme\\d|mmcblk\\d|dm-\\d|md\\d|nbd\\d|loop\\d|mapper/|disk/)"),
          entry("make-filesystem", "\\b(mkfs(\\.\\w+)?|mke2fs|mkswap) \\S"));

  private static final Pattern CONTINUED = Pattern.compile("\\\\\r?\n");
  private static final Pattern QUOTES = Pattern.compile("[\"'\\\\]");
  private static final Pattern BLANKS = Pattern.compile("[ \\t]+");

  private final List<ShellRule> rules;

  private ShellPolicy(List<ShellRule> rules) {
    this.rules = rules;
  }

  /// A policy that refuses what any of these patterns is found in.
  ///
  /// @param deny patterns by the name of their rule
  /// @throws IllegalArgumentException a pattern that does not compile, naming its rule
  public static ShellPolicy of(Map<String, String> deny) {
    return new ShellPolicy(
        deny.entrySet().stream().map(it -> ShellRule.of(it.getKey(), it.getValue())).toList());
  }

  /// Refuses what a rule is against, also where quotes and blanks hide it a little.
  ///
  /// @throws ApiException.Forbidden `COMMAND_NOT_ALLOWED`, naming the rule
  public void check(String text) {
    var plain = plain(text);
    for (var rule : rules) {
      if (rule.refuses(text) || (!plain.equals(text) && rule.refuses(plain))) {
        throw PolicyErrors.shell(rule.name());
      }
    }
  }

  @SafeVarargs
  private static Map<String, String> inOrder(Map.Entry<String, String>... rules) {
    var map = new LinkedHashMap<String, String>();
    for (var rule : rules) {
      map.put(rule.getKey(), rule.getValue());
    }
    return Collections.unmodifiableMap(map);
  }

  private static String plain(String text) {
    var joined = CONTINUED.matcher(text).replaceAll(" ");
    return BLANKS.matcher(QUOTES.matcher(joined).replaceAll("")).replaceAll(" ");
  }
}
