package ai.orchard9.rdev.ratelimit;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/// Exchanges counts through the database.
final class RateCounts implements Exchange {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Jdbi jdbi;

  /// New in each life: what the last one accepted stays another server's.
  private final UUID server = UUID.randomUUID();

  RateCounts(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  @Override
  public Heard exchange(List<Share> mine, Duration since) {
    var told = JSON.valueToTree(mine.stream().map(RateCounts::json).toList()).toString();
    var rows =
        jdbi.withExtension(
            RateCountsDao.class, dao -> dao.exchange(server, told, since.toMillis()));
    var reports = new ArrayList<Report>();
    for (var row : rows) {
      if (row.server() != null
          && row.key() != null
          && row.newest() != null
          && row.ages() != null
          && row.counts() != null
          && row.rate() != null
          && row.at() != null) {
        var counts = new Counts(row.newest(), row.ages(), row.counts());
        reports.add(new Report(row.server(), row.key(), counts, row.rate(), row.at()));
      }
    }
    return new Heard(rows.getFirst().now(), reports);
  }

  private static Map<String, Object> json(Share share) {
    return Map.of(
        "key",
        share.key(),
        "newest",
        share.counts().newest(),
        "ages",
        share.counts().ages(),
        "counts",
        share.counts().counts(),
        "rate",
        share.rate());
  }

  @Override
  public void sweep(Duration age) {
    jdbi.useExtension(RateCountsDao.class, dao -> dao.sweep(age.toMillis()));
  }
}
