package ai.orchard9.rdev;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;

import ai.orchard9.rdev.http.AnyScope;
import ai.orchard9.rdev.http.Public;
import ai.orchard9.rdev.http.RequiresScope;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import org.junit.jupiter.api.Test;

/// Who may call is said on every resource method, and by one annotation. The server refuses to
/// start otherwise; this tells sooner, and of methods that no start reaches.
final class AccessTest {

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
}
