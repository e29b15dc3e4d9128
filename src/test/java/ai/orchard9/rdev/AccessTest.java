package ai.orchard9.rdev;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.http.AnyScope;
import ai.orchard9.rdev.http.Public;
import ai.orchard9.rdev.http.RequiresScope;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.testing.ConfigOverride;
import io.dropwizard.testing.DropwizardTestSupport;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import java.lang.annotation.Annotation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.glassfish.jersey.server.model.Resource;
import org.glassfish.jersey.server.monitoring.ApplicationEvent;
import org.glassfish.jersey.server.monitoring.ApplicationEventListener;
import org.glassfish.jersey.server.monitoring.RequestEvent;
import org.glassfish.jersey.server.monitoring.RequestEventListener;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who may call is said on every resource method, and by one annotation. The server refuses to
/// start otherwise; this tells sooner, and of methods that no start reaches.
final class AccessTest {

  private static final Set<Class<?>> DECLARATIONS =
      Set.of(RequiresScope.class, AnyScope.class, Public.class);
  private static final Set<String> WITHOUT_A_KEY =
      Set.of(
          "/health",
          "/ready",
          "/metrics",
          "/docs",
          "/docs/{name}",
          "/openapi.json",
          "/console/login",
          "/console/assets/{name}");

  @TempDir private static Path home;

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("ai.orchard9.rdev");

  @Test
  void everyResourceMethodSaysWhoMayCall() {
    methods()
        .that()
        .areAnnotatedWith(GET.class)
        .or()
        .areAnnotatedWith(POST.class)
        .or()
        .areAnnotatedWith(PUT.class)
        .or()
        .areAnnotatedWith(PATCH.class)
        .or()
        .areAnnotatedWith(DELETE.class)
        .should()
        .beAnnotatedWith(RequiresScope.class)
        .orShould()
        .beAnnotatedWith(AnyScope.class)
        .orShould()
        .beAnnotatedWith(Public.class)
        .check(CLASSES);
  }

  /// What is really served, whoever registered it: each method by one annotation, and without a key
  /// only what the contract lists.
  @Test
  void everyMethodThatIsServedSaysWhoMayCall() throws Exception {
    var served = served();

    assertThat(served).hasSizeGreaterThan(15);
    assertThat(served).allSatisfy(it -> assertThat(it.declarations()).as(it.path()).hasSize(1));
    assertThat(served.stream().filter(Served::isPublic).map(Served::path))
        .allMatch(WITHOUT_A_KEY::contains);
  }

  private record Served(String path, List<Class<? extends Annotation>> declarations) {
    boolean isPublic() {
      return declarations.contains(Public.class);
    }
  }

  private static List<Served> served() throws Exception {
    var served = new ArrayList<Served>();
    var server =
        new DropwizardTestSupport<>(
            RdevApplication.class,
            "config-e2e.yml",
            ConfigOverride.config("home", () -> home.toString()),
            ConfigOverride.config("adminKey", "rdev_access_test_0123456789"));
    server.addListener(
        new DropwizardTestSupport.ServiceListener<>() {
          @Override
          public void onRun(
              RdevConfiguration configuration,
              Environment environment,
              DropwizardTestSupport<RdevConfiguration> rule) {
            environment.jersey().register(new Walker(served));
          }
        });
    try {
      server.before();
    } finally {
      server.after();
    }
    return served;
  }

  /// Public only because Jersey looks at it.
  public record Walker(List<Served> served) implements ApplicationEventListener {
    @Override
    public void onEvent(ApplicationEvent event) {
      if (event.getType() == ApplicationEvent.Type.INITIALIZATION_FINISHED) {
        event.getResourceModel().getRootResources().forEach(root -> walk("", root));
      }
    }

    private void walk(String parent, Resource resource) {
      var path = parent + resource.getPath();
      for (var method : resource.getAllMethods()) {
        var handler = method.getInvocable().getHandlingMethod();
        // Jersey answers OPTIONS by itself, with no more than the allowed methods.
        if (!"OPTIONS".equals(method.getHttpMethod())) {
          served.add(
              new Served(
                  path,
                  Arrays.stream(handler.getAnnotations())
                      .<Class<? extends Annotation>>map(Annotation::annotationType)
                      .filter(DECLARATIONS::contains)
                      .toList()));
        }
      }
      resource.getChildResources().forEach(child -> walk(path, child));
    }

    @Override
    public @Nullable RequestEventListener onRequest(RequestEvent event) {
      return null;
    }
  }
}
