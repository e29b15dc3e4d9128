package ai.orchard9.rdev;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Which room may know which. Facts flow forward; nobody calls up.
final class ArchitectureTest {

  private static final String BASE = "ai.orchard9.rdev.";

  private static final List<String> GROUND =
      List.of("runtime", "http", "database", "background", "config", "error", "logging", "tracing");
  private static final List<String> GUARDS = List.of("ratelimit", "apikey", "audit");
  private static final List<String> CORE = List.of("command", "agent", "claudeconfig", "project");
  private static final List<String> WINGS =
      List.of("console", "ops", "webhook", "stream", "execution");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("ai.orchard9.rdev");

  @Test
  void groundKnowsNoFeature() {
    noClasses()
        .that(in(GROUND))
        .should()
        .dependOnClassesThat(in(GUARDS).or(in(CORE)).or(in(WINGS)))
        .check(CLASSES);
  }

  @Test
  void guardsKnowNeitherCoreNorWings() {
    noClasses()
        .that(in(GUARDS))
        .should()
        .dependOnClassesThat(in(CORE).or(in(WINGS)))
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void coreKnowsNoWing() {
    noClasses().that(in(CORE)).should().dependOnClassesThat(in(WINGS)).check(CLASSES);
  }

  @ParameterizedTest
  @CsvSource({"ops", "webhook", "stream", "execution"})
  void wingsKnowNoOtherWing(String wing) {
    var others = WINGS.stream().filter(other -> !other.equals(wing)).toList();

    noClasses()
        .that(in(List.of(wing)))
        .should()
        .dependOnClassesThat(in(others))
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void noRoomKnowsTheApplication() {
    noClasses()
        .that(in(GROUND).or(in(GUARDS)).or(in(CORE)).or(in(WINGS)))
        .should()
        .dependOnClassesThat(resideInAPackage("ai.orchard9.rdev"))
        .check(CLASSES);
  }

  @Test
  void roomsAreFreeOfCycles() {
    slices().matching("ai.orchard9.rdev.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void onlyTheKubernetesRuntimeKnowsItsClient() {
    noClasses()
        .that()
        .resideOutsideOfPackage(BASE + "runtime.kubernetes..")
        .should()
        .dependOnClassesThat(resideInAPackage("io.fabric8.."))
        .check(CLASSES);
  }

  @Test
  void onlyWebhooksAreSentOverHttp() {
    noClasses()
        .that()
        .resideOutsideOfPackage(BASE + "webhook.send..")
        .should()
        .dependOnClassesThat(resideInAnyPackage("org.apache.hc..", "java.net.http.."))
        .check(CLASSES);
  }

  @Test
  void sendingWebhooksKnowsNeitherWebNorDatabase() {
    noClasses()
        .that()
        .resideInAPackage(BASE + "webhook.send..")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("jakarta..", "io.dropwizard..", "org.jdbi..", "java.sql.."))
        .check(CLASSES);
  }

  @Test
  void onlyLocalRuntimeAndEmbeddedDatabaseStartProcesses() {
    noClasses()
        .that()
        .resideOutsideOfPackages(BASE + "runtime.local..", BASE + "database..")
        .should()
        .dependOnClassesThat(
            DescribedPredicate.describe(
                "start processes", type -> type.isEquivalentTo(ProcessBuilder.class)))
        .check(CLASSES);
  }

  @Test
  void onlyEdgesKnowTheWeb() {
    noClasses()
        .that(in(List.of("database", "background", "config", "error", "runtime")))
        .should()
        .dependOnClassesThat(resideInAnyPackage("jakarta.ws.rs..", "jakarta.servlet.."))
        .check(CLASSES);
  }

  @Test
  void nobodyReadsTheClockDirectly() {
    noClasses().should().callMethod(Instant.class, "now").check(CLASSES);
    noClasses().should().callMethod(System.class, "currentTimeMillis").check(CLASSES);
  }

  @Test
  void everyPackageIsNullMarked() {
    classes().should(beInANullMarkedPackage()).check(CLASSES);
  }

  private static DescribedPredicate<JavaClass> in(List<String> rooms) {
    return resideInAnyPackage(
        rooms.stream().map(room -> BASE + room + "..").toArray(String[]::new));
  }

  private static ArchCondition<JavaClass> beInANullMarkedPackage() {
    return new ArchCondition<>("be in a package that is @NullMarked") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        var marked = type.getPackage().isAnnotatedWith(NullMarked.class);
        events.add(
            new SimpleConditionEvent(
                type, marked, type.getPackageName() + " of " + type.getName()));
      }
    };
  }
}
