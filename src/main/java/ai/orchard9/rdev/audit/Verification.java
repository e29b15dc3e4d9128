package ai.orchard9.rdev.audit;

import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/// Checks the record from its beginning against its seals, page by page: no transaction stays open,
/// and sealing goes on meanwhile.
public final class Verification {
  private static final int PAGE = 5000;

  /// What was found.
  ///
  /// @param checked rows whose seal was compared, up to the first bad one
  /// @param firstBrokenId id of the first row that was changed, removed, put in or moved; null when
  ///   all is well. Where only the noted head is missing, the first id that it may have sealed.
  /// @param head the newest seal that was reached, to be noted; null for an empty record
  public record Result(
      boolean valid, long checked, @Nullable Long firstBrokenId, @Nullable String head) {}

  private final Jdbi jdbi;
  private final Chain chain;

  Verification(Jdbi jdbi, Chain chain) {
    this.jdbi = jdbi;
    this.chain = chain;
  }

  /// Checks all there is.
  ///
  /// @param notedHead a head seen before, which must be part of the chain: rows cut off its end are
  ///   not missed otherwise
  Result verify(Optional<String> notedHead) {
    var walk = begin(notedHead);
    while (walk.goesOn) {
      page(walk);
    }
    return end(walk);
  }

  /// Begins to follow the chain, for those who do it page by page.
  Walk begin(Optional<String> notedHead) {
    return new Walk(notedHead);
  }

  /// What was found, after the last page.
  Result end(Walk walk) {
    var firstBad =
        smallest(walk.broken, smallest(find(SealDao::firstForged), find(SealDao::firstLost)));
    if (firstBad == null && !walk.headSeen) {
      firstBad = walk.last.auditId() + 1;
    }
    var head = walk.checked == 0 ? null : walk.last.hash();
    return new Result(firstBad == null, walk.checked, firstBad, head);
  }

  /// Follows it a little further.
  void page(Walk walk) {
    var after = walk.last.position();
    var seals = jdbi.withExtension(SealDao.class, dao -> dao.listSeals(after, PAGE));
    walk.goesOn = seals.size() == PAGE;
    if (seals.isEmpty()) {
      return;
    }
    var last = seals.getLast().position();
    var rows =
        jdbi.withExtension(SealDao.class, dao -> dao.listSealed(after, last)).stream()
            .collect(Collectors.toMap(AuditRow::id, Function.identity()));
    for (var seal : seals) {
      if (!fits(walk.last, seal, rows.get(seal.auditId()))) {
        walk.broken = seal.auditId();
        walk.goesOn = false;
        return;
      }
      walk.reach(seal);
    }
  }

  private boolean fits(SealDao.Seal before, SealDao.Seal seal, @Nullable AuditRow row) {
    if (row == null
        || seal.position() != before.position() + 1
        || !seal.previousHash().equals(before.hash())
        || (before.keyed() && !seal.keyed())
        || (seal.keyed() && !chain.isKeyed())) {
      return false;
    }
    return chain.seal(before.hash(), row, seal.keyed()).equals(seal.hash());
  }

  private @Nullable Long find(Function<SealDao, @Nullable Long> question) {
    return jdbi.withExtension(SealDao.class, question::apply);
  }

  private static @Nullable Long smallest(@Nullable Long one, @Nullable Long other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return Math.min(one, other);
  }

  /// How far the chain was followed.
  static final class Walk {
    private final Optional<String> notedHead;
    private SealDao.Seal last = new SealDao.Seal(0, 0, "", Chain.BEGINNING, false);
    private long checked;
    private @Nullable Long broken;
    private boolean headSeen;
    private boolean goesOn = true;

    private Walk(Optional<String> notedHead) {
      this.notedHead = notedHead;
      this.headSeen = notedHead.isEmpty() || notedHead.get().equals(Chain.BEGINNING);
    }

    /// Whether there may be another page.
    boolean goesOn() {
      return goesOn;
    }

    /// Rows whose seal was compared so far.
    long checked() {
      return checked;
    }

    private void reach(SealDao.Seal seal) {
      last = seal;
      checked++;
      headSeen |= notedHead.isPresent() && notedHead.get().equals(seal.hash());
    }
  }
}
