package ai.orchard9.rdev.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Commands to be judged by the policy, of any length.
public final class PolicyTexts {
  private PolicyTexts() {}

  /// What the texts repeat: a plain script, and what keeps the default patterns busy.
  public static Map<String, String> kinds() {
    var kinds = new LinkedHashMap<String, String>();
    kinds.put("a script", "for f in src/*.c; do cc -O2 -c \"$f\" -o build/x.o || exit 1; done\n");
    kinds.put("one letter", "a");
    kinds.put("blanks", " ");
    kinds.put("`rm -rf `", "rm -rf ");
    kinds.put("`rm -rf x /y `", "rm -rf x /y ");
    kinds.put("`(`", "(");
    kinds.put("`x(){ x\\|x& `", "x(){ x|x& ");
    kinds.put("`tee /dev/`", "tee /dev/");
    kinds.put("`> /dev/s`", "> /dev/s");
    kinds.put("backslashes", "\\");
    return kinds;
  }

  /// So many characters of the kind with that name.
  static String of(String name, int length) {
    return text(Optional.ofNullable(kinds().get(name)).orElseThrow(), length);
  }

  /// So many characters of a kind.
  public static String text(String kind, int length) {
    return kind.repeat(length / kind.length() + 1).substring(0, length);
  }
}
