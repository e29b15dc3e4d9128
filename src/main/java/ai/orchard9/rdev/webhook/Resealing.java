package ai.orchard9.rdev.webhook;

import ai.orchard9.rdev.webhook.send.Secrets;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Seals secrets with the newest key that were sealed with an older one, or not at all: so an old
/// key can be taken out of the configuration a while after a new one was put in front of it.
final class Resealing {
  private static final Logger LOG = LoggerFactory.getLogger(Resealing.class);

  private final Jdbi jdbi;
  private final Secrets secrets;

  Resealing(Jdbi jdbi, Secrets secrets) {
    this.jdbi = jdbi;
    this.secrets = secrets;
  }

  /// One round over all of them. What cannot be opened stays as it is: its key may come back.
  void run() {
    var sealed = 0;
    var unreadable = 0;
    for (var stored : jdbi.withExtension(SecretDao.class, SecretDao::list)) {
      if (secrets.isStale(stored.secret())) {
        try {
          sealed += seal(stored);
        } catch (Secrets.SealException otherKey) {
          unreadable++;
        }
      }
    }
    if (sealed > 0) {
      LOG.atInfo().addKeyValue("secrets", sealed).log("webhook secrets sealed with the newest key");
    }
    if (unreadable > 0) {
      LOG.atWarn()
          .addKeyValue("secrets", unreadable)
          .log("webhook secrets are sealed with a key that WEBHOOK_SECRET_KEY does not have");
    }
  }

  private int seal(SecretDao.Stored stored) {
    var owner = stored.webhookId().toString();
    var fresh = secrets.seal(secrets.open(stored.secret(), owner), owner);
    return jdbi.withExtension(
        SecretDao.class,
        dao -> dao.replace(stored.webhookId(), stored.number(), stored.secret(), fresh));
  }
}
