package ai.orchard9.rdev.ops.docs;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.testing.contract.Contract;
import ai.orchard9.rdev.testing.contract.Operation;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The description has every route of the service, and no other.
final class OpenApiRoutesTest {
  private static final Map<String, Operation> OPERATIONS =
      Contract.operations().stream()
          .collect(Collectors.toMap(OpenApiRoutesTest::name, Function.identity()));

  static List<Route> routes() {
    return Route.all();
  }

  @Test
  void hasEveryRouteAndNoOther() {
    assertThat(OPERATIONS.keySet())
        .isEqualTo(routes().stream().map(Route::name).collect(Collectors.toSet()));
  }

  @ParameterizedTest
  @MethodSource("routes")
  void namesTheScopeThatIsAskedFor(Route route) {
    var operation = operation(route).node();
    var scope = operation.path("x-scope").asText();

    assertThat(route.scopes()).containsExactly(scope);
    assertThat(stream(operation.path("security")).map(OpenApiRoutesTest::text).toList())
        .isEqualTo(
            scope.equals("none")
                ? List.of()
                : List.of("ApiKey " + roles(scope), "Bearer " + roles(scope)));
  }

  private static List<String> roles(String scope) {
    return scope.equals("any") ? List.of() : List.of(scope);
  }

  private static String text(JsonNode requirement) {
    var scheme = requirement.fieldNames().next();
    return scheme + " " + stream(requirement.path(scheme)).map(JsonNode::asText).toList();
  }

  @ParameterizedTest
  @MethodSource("routes")
  void namesEachParameter(Route route) {
    assertThat(parameters(route, "query")).isEqualTo(route.queries());
    // What an answer may be is told by its media types; OpenAPI allows no parameter `Accept`.
    var headers = route.headers().stream().filter(it -> !it.equals("Accept")).toList();
    assertThat(parameters(route, "header")).containsAll(headers);
    assertThat(parameters(route, "path").stream().map(it -> "{" + it + "}"))
        .allMatch(operation(route).template()::contains)
        .hasSize(route.name().split("\\{", -1).length - 1);
  }

  private static Set<String> parameters(Route route, String place) {
    var operation = operation(route);
    var ofPath = operation.pointer().substring(0, operation.pointer().lastIndexOf('/'));
    return Stream.of(operation.pointer(), ofPath)
        .flatMap(it -> stream(Contract.document().at(it + "/parameters")))
        .map(
            it ->
                it.has("$ref") ? Contract.document().at(it.path("$ref").asText().substring(1)) : it)
        .filter(it -> it.path("in").asText().equals(place))
        .map(it -> it.path("name").asText())
        .collect(Collectors.toSet());
  }

  private static Operation operation(Route route) {
    return OPERATIONS.getOrDefault(route.name(), nothing(route));
  }

  private static Operation nothing(Route route) {
    return new Operation(Contract.document(), "", route.name(), "/none");
  }

  private static String name(Operation operation) {
    return operation.method() + " " + Route.bare(operation.template());
  }

  private static Stream<JsonNode> stream(JsonNode node) {
    return StreamSupport.stream(node.spliterator(), false);
  }
}
