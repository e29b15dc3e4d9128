package ai.orchard9.rdev.webhook;

import java.util.List;
import java.util.UUID;
import org.jdbi.v3.sqlobject.config.RegisterConstructorMapper;
import org.jdbi.v3.sqlobject.statement.SqlQuery;
import org.jdbi.v3.sqlobject.statement.SqlUpdate;

/// Secrets as they are stored. There are few: some for each webhook.
interface SecretDao {
  @SqlQuery(
      """
      SELECT webhook_id, number, secret FROM webhook_secrets ORDER BY webhook_id, number
      """)
  @RegisterConstructorMapper(Stored.class)
  List<Stored> list();

  /// Nothing happens when it is not stored like that any more.
  @SqlUpdate(
      """
      UPDATE webhook_secrets SET secret = :fresh
      WHERE webhook_id = :webhookId AND number = :number AND secret = :was
      """)
  int replace(UUID webhookId, int number, String was, String fresh);

  /// Public only because JDBI reads it by reflection.
  ///
  /// @param secret sealed, or as it is
  record Stored(UUID webhookId, int number, String secret) {}
}
