package ai.orchard9.rdev.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.audit.AuditModule;
import ai.orchard9.rdev.testing.PostgresExtension;
import ai.orchard9.rdev.webhook.send.Secrets;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

final class ResealingTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final String OLD = key(1);
  private static final String NEW = key(2);

  @BeforeEach
  void empty() {
    POSTGRES.truncate("webhooks");
  }

  @Test
  void sealsWhatWasPlainAndWhatAnOlderKeySealed() {
    var secrets = List.of(created(Secrets.plain()), created(Secrets.parse(OLD)));

    new Resealing(POSTGRES.jdbi(), Secrets.parse(NEW + "," + OLD)).run();

    assertThat(stored()).hasSize(2).noneMatch(it -> Secrets.parse(NEW).isStale(it.secret()));
    assertThat(stored().stream().map(ResealingTest::openedByTheNewest))
        .containsExactlyInAnyOrderElementsOf(secrets);
  }

  @Test
  void leavesWhatItsKeysDoNotOpenAndGoesOn() {
    created(Secrets.parse(OLD));
    var before = stored();
    var plain = created(Secrets.plain());

    new Resealing(POSTGRES.jdbi(), Secrets.parse(NEW)).run();

    assertThat(stored()).hasSize(2).containsAll(before);
    assertThat(
            stored().stream()
                .filter(it -> !before.contains(it))
                .map(ResealingTest::openedByTheNewest))
        .containsExactly(plain);
  }

  private static String openedByTheNewest(SecretDao.Stored stored) {
    return Secrets.parse(NEW).open(stored.secret(), stored.webhookId().toString());
  }

  private static String created(Secrets secrets) {
    var jdbi = POSTGRES.jdbi();
    var url = "http://192.0.2.1/hook";
    return new WebhookService(jdbi, AuditModule.log(jdbi), secrets, InstantSource.system())
        .create(
            DeliveryFixture.ALICE,
            new Subscription(url, url, EventType.subscribable(), null, null, true),
            DeliveryFixture.REQUEST)
        .secret();
  }

  private static List<SecretDao.Stored> stored() {
    return POSTGRES.jdbi().withExtension(SecretDao.class, SecretDao::list);
  }

  private static String key(int first) {
    return Base64.getEncoder().encodeToString(Arrays.copyOf(new byte[] {(byte) first}, 32));
  }
}
