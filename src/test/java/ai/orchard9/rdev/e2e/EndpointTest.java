package ai.orchard9.rdev.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.http.ForBrowsers;
import ai.orchard9.rdev.http.Public;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// No endpoint goes without the tests that go through all of them.
final class EndpointTest {
  @Test
  void theTableHasEveryEndpoint() {
    var declared =
        new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("ai.orchard9.rdev")
                .stream()
                .filter(it -> it.isAnnotatedWith(Path.class))
                // Pages have tests of their own, in a browser.
                .filter(it -> !it.isAnnotatedWith(ForBrowsers.class))
                .flatMap(it -> it.getMethods().stream())
                .filter(it -> verb(it).isPresent() && !it.isAnnotatedWith(Public.class))
                .map(it -> verb(it).orElseThrow() + " " + template(it))
                .collect(Collectors.toSet());

    assertThat(Endpoint.ALL.stream().map(Endpoint::toString)).containsAll(declared);
    assertThat(declared).containsAll(Endpoint.ALL.stream().map(Endpoint::toString).toList());
  }

  private static Optional<String> verb(JavaMethod method) {
    return method.getAnnotations().stream()
        .map(it -> it.getRawType().tryGetAnnotationOfType(HttpMethod.class))
        .flatMap(Optional::stream)
        .map(HttpMethod::value)
        .findFirst();
  }

  private static String template(JavaMethod method) {
    var own = method.tryGetAnnotationOfType(Path.class).map(Path::value).orElse("");
    var whole = method.getOwner().getAnnotationOfType(Path.class).value() + own;
    return whole.replaceAll("\\{[a-z]+\\}", "{id}");
  }
}
