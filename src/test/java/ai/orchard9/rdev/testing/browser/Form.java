package ai.orchard9.rdev.testing.browser;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.URLEncoder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// What a form of a page would send, to be sent by other means and with other words.
///
/// @param action where to
/// @param fields what, by name; one value each
/// @param hidden the names of those that no user sees
public record Form(URI action, Map<String, String> fields, Set<String> hidden) {
  /// The same with another value.
  public Form with(String name, String value) {
    var other = new LinkedHashMap<>(fields);
    other.put(name, value);
    return new Form(action, other, hidden);
  }

  /// The same without what no user sees.
  public Form withoutHidden() {
    var other = new LinkedHashMap<>(fields);
    other.keySet().removeAll(hidden);
    return new Form(action, other, Set.of());
  }

  /// The same with what another one has where no user sees it.
  public Form withHiddenOf(Form foreign) {
    var form = this;
    for (var name : foreign.hidden) {
      form = form.with(name, foreign.fields.getOrDefault(name, ""));
    }
    return form;
  }

  /// As `application/x-www-form-urlencoded`.
  public String encoded() {
    return fields.entrySet().stream()
        .map(
            it ->
                URLEncoder.encode(it.getKey(), UTF_8)
                    + "="
                    + URLEncoder.encode(it.getValue(), UTF_8))
        .collect(Collectors.joining("&"));
  }
}
