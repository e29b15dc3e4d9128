package ai.orchard9.rdev.ops.docs;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toSet;

import ai.orchard9.rdev.http.AnyScope;
import ai.orchard9.rdev.http.ForBrowsers;
import ai.orchard9.rdev.http.RequiresScope;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Something that the API is asked for, as annotations of resources have it.
///
/// @param name verb and path, the names of parameters left out: `GET /keys/{}`
/// @param methods more than one where `Accept` chooses
record Route(String name, List<Method> methods) {
  private static final String CLASS = ".class";

  /// Of all rooms but the console, and but pages.
  static List<Route> all() {
    return resources()
        .flatMap(it -> Arrays.stream(it.getDeclaredMethods()))
        .filter(it -> verb(it).isPresent())
        .collect(groupingBy(it -> verb(it).orElseThrow() + " " + template(it)))
        .entrySet()
        .stream()
        .map(it -> new Route(it.getKey(), it.getValue()))
        .toList();
  }

  private static Stream<Class<?>> resources() {
    try {
      var classes =
          java.nio.file.Path.of(
              OpenApi.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      try (var files = Files.walk(classes)) {
        return files
            .map(it -> classes.relativize(it).toString().replace('/', '.'))
            .filter(it -> it.endsWith(CLASS))
            .map(it -> load(it.substring(0, it.length() - CLASS.length())))
            .filter(it -> it.isAnnotationPresent(Path.class))
            .filter(it -> !it.isAnnotationPresent(ForBrowsers.class))
            .<Class<?>>map(it -> it)
            .toList()
            .stream();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name, false, Route.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Optional<String> verb(Method method) {
    return Arrays.stream(method.getAnnotations())
        .flatMap(it -> Stream.ofNullable(it.annotationType().getAnnotation(HttpMethod.class)))
        .map(HttpMethod::value)
        .findFirst();
  }

  private static String template(Method method) {
    var own = method.getAnnotation(Path.class);
    var whole = method.getDeclaringClass().getAnnotation(Path.class).value();
    return bare(own == null ? whole : whole + own.value());
  }

  static String bare(String template) {
    return template.replaceAll("\\{[a-z_]+}", "{}");
  }

  /// As the document writes it; one for each method.
  Set<String> scopes() {
    return methods.stream().map(Route::scope).collect(toSet());
  }

  private static String scope(Method method) {
    var required = method.getAnnotation(RequiresScope.class);
    if (required != null) {
      return required.value().wireName();
    }
    return method.isAnnotationPresent(AnyScope.class) ? "any" : "none";
  }

  /// Names of the query's parameters that it looks at.
  Set<String> queries() {
    return parameters()
        .flatMap(it -> Stream.ofNullable(it.getAnnotation(QueryParam.class)))
        .map(QueryParam::value)
        .collect(toSet());
  }

  /// Names of headers that it has named.
  Set<String> headers() {
    return parameters()
        .flatMap(it -> Stream.ofNullable(it.getAnnotation(HeaderParam.class)))
        .map(HeaderParam::value)
        .collect(toSet());
  }

  private Stream<Parameter> parameters() {
    return methods.stream()
        .flatMap(it -> Arrays.stream(it.getParameters()))
        .flatMap(Route::withinBeans);
  }

  private static Stream<Parameter> withinBeans(Parameter parameter) {
    return parameter.isAnnotationPresent(BeanParam.class)
        ? Arrays.stream(parameter.getType().getConstructors()[0].getParameters())
        : Stream.of(parameter);
  }

  @Override
  public String toString() {
    return name;
  }
}
