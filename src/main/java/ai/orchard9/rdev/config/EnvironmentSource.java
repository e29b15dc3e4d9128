package ai.orchard9.rdev.config;

import io.dropwizard.configuration.ConfigurationSourceProvider;
import io.dropwizard.configuration.SubstitutingSourceProvider;
import java.util.Map;
import org.apache.commons.text.StringSubstitutor;

/// Fills `"${NAME:-default}"` in `config.yml`. Values are escaped for double quotes in YAML, in
/// which the file has them all, and are not themselves looked through for variables: any password
/// is safe. Blank values count as absent.
public final class EnvironmentSource {

  private EnvironmentSource() {}

  /// Wraps where the file comes from.
  public static ConfigurationSourceProvider over(
      ConfigurationSourceProvider file, Map<String, String> environment) {
    var substitutor =
        new StringSubstitutor(
            name -> {
              var value = environment.get(name);
              return value == null || value.isBlank() ? null : escaped(value);
            });
    substitutor.setDisableSubstitutionInValues(true);
    return new SubstitutingSourceProvider(file, substitutor);
  }

  private static String escaped(String value) {
    var text = new StringBuilder();
    value
        .chars()
        .forEach(
            c -> {
              if (c == '"' || c == '\\') {
                text.append('\\').append((char) c);
              } else if (c < 0x20 || c == 0x7f) {
                text.append(String.format("\\x%02x", c));
              } else {
                text.append((char) c);
              }
            });
    return text.toString();
  }
}
