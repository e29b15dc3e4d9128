package ai.orchard9.rdev.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.RunBudget;
import ai.orchard9.rdev.http.Scope;
import ai.orchard9.rdev.testing.PostgresExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Writing, sealing and reading the record.
final class AuditLogTest {
  @RegisterExtension static final PostgresExtension POSTGRES = new PostgresExtension();

  private static final Caller ADMIN = Caller.admin("admin", "admin");
  private static final AuditFilter ALL = new AuditFilter(null, null, null, null, null, null);

  private final AuditFixture audit = new AuditFixture(POSTGRES.jdbi());
  private final AuditSearch search = new AuditSearch(POSTGRES.jdbi(), POSTGRES.jdbi());

  @BeforeEach
  void empty() {
    audit.clear();
  }

  @Test
  void anEntryGoesWithTheTransactionItTellsOf() {
    assertThatThrownBy(
            () ->
                POSTGRES
                    .jdbi()
                    .useTransaction(
                        transaction -> {
                          audit.log.append(transaction, AuditFixture.entry("undone"));
                          throw new IllegalStateException("the change failed");
                        }))
        .isInstanceOf(IllegalStateException.class);

    audit.sealer.sealAll();

    assertThat(targets(ALL)).isEmpty();
    assertThat(audit.verify().valid()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE audit_log SET target = 'other'",
        "DELETE FROM audit_log",
        "TRUNCATE audit_log",
        "UPDATE audit_seal SET hash = ''",
        "DELETE FROM audit_seal",
        "TRUNCATE audit_seal"
      })
  void theDatabaseRefusesToChangeRowsAndSeals(String statement) {
    audit.sealed(1);

    assertThatThrownBy(() -> POSTGRES.jdbi().useHandle(handle -> handle.execute(statement)))
        .hasMessageContaining("append-only");
  }

  @Test
  void severalServersSealEachRowOnceAndWithoutHoles() throws Exception {
    var servers = new ArrayList<Callable<Integer>>();
    for (int server = 0; server < 4; server++) {
      servers.add(
          () -> {
            var own = new AuditFixture(POSTGRES.jdbi());
            int sealed = 0;
            for (int i = 0; i < 50; i++) {
              own.log.append(AuditFixture.entry("row"));
              sealed += own.sealer.sealAll();
            }
            return sealed;
          });
    }
    int sealed = 0;
    try (var threads = Executors.newFixedThreadPool(4)) {
      for (var future : threads.invokeAll(servers)) {
        sealed += future.get();
      }
    }
    sealed += audit.sealer.sealAll();

    assertThat(sealed).isEqualTo(200);
    assertThat(audit.verify()).matches(it -> it.valid() && it.checked() == 200);
  }

  @Test
  void aRowOfALongTransactionIsSealedWhenItComes() {
    try (var slow = POSTGRES.jdbi().open()) {
      slow.begin();
      audit.log.append(slow, AuditFixture.entry("early id, late commit"));
      audit.log.append(AuditFixture.entry("later id"));
      assertThat(audit.sealer.sealAll()).isEqualTo(1);

      slow.commit();
    }

    assertThat(audit.sealer.sealAll()).isEqualTo(1);
    assertThat(audit.verify()).matches(it -> it.valid() && it.checked() == 2);
  }

  @Test
  void findsByEachFact() {
    var key = UUID.randomUUID();
    var alice = new Actor(key, "alice", Actor.Kind.KEY);
    audit.log.append(
        new AuditEntry(alice, "key.revoked", null, "demo", "1", Outcome.FAILED, Map.of()));
    audit.log.append(AuditFixture.entry("2"));

    assertThat(targets(new AuditFilter("alice", null, null, null, null, null)))
        .containsExactly("1");
    assertThat(targets(new AuditFilter(key.toString(), null, null, null, null, null)))
        .containsExactly("1");
    assertThat(targets(new AuditFilter("key", null, null, null, null, null))).containsExactly("1");
    assertThat(targets(new AuditFilter(null, "task.run", null, null, null, null)))
        .containsExactly("2");
    assertThat(targets(new AuditFilter(null, null, "demo", null, null, null))).containsExactly("1");
    assertThat(targets(new AuditFilter(null, null, null, Outcome.FAILED, null, null)))
        .containsExactly("1");
    var second = search.newest(ADMIN, ALL, Optional.empty(), 1).getFirst().at();
    assertThat(targets(new AuditFilter(null, null, null, null, second, null))).containsExactly("2");
    assertThat(targets(new AuditFilter(null, null, null, null, null, second))).containsExactly("1");
  }

  @Test
  void aKeyOfSomeProjectsSeesThoseAndItself() {
    var id = UUID.randomUUID();
    var limited =
        new Caller(
            id,
            "limited",
            "01234567",
            Set.of(Scope.AUDIT_READ),
            Optional.of(Set.of("demo")),
            Optional.empty(),
            Optional.empty(),
            RunBudget.NONE,
            Optional.empty());
    append(new Actor(UUID.randomUUID(), "other", Actor.Kind.KEY), "demo", "seen");
    append(new Actor(UUID.randomUUID(), "other", Actor.Kind.KEY), "elsewhere", "not seen");
    append(new Actor(UUID.randomUUID(), "other", Actor.Kind.KEY), null, "not seen either");
    append(Actor.of(limited), null, "own");
    append(Actor.of(limited), "elsewhere", "own, but not there");

    assertThat(search.newest(limited, ALL, Optional.empty(), 10))
        .extracting(AuditRow::target)
        .containsExactly("own", "seen");
  }

  @Test
  void exportsAllRowsOldestFirstInPages() {
    POSTGRES
        .jdbi()
        .useHandle(
            handle ->
                handle.execute(
                    """
                    INSERT INTO audit_log (actor_key_name, actor_kind, action, outcome, detail)
                    SELECT 'x', 'system', 'task.run', 'allowed', '{}' FROM generate_series(1, 2500)
                    """));
    List<Long> ids = new ArrayList<>();
    var pages = new ArrayList<Integer>();

    search.export(
        ADMIN,
        ALL,
        rows -> {
          pages.add(rows.size());
          rows.forEach(row -> ids.add(row.id()));
        });

    assertThat(ids).containsExactlyElementsOf(LongStream.rangeClosed(1, 2500).boxed().toList());
    assertThat(pages).containsExactly(1000, 1000, 500);
  }

  private void append(Actor actor, @Nullable String project, String target) {
    audit.log.append(
        new AuditEntry(actor, "task.run", null, project, target, Outcome.ALLOWED, Map.of()));
  }

  private List<String> targets(AuditFilter filter) {
    return search.newest(ADMIN, filter, Optional.empty(), 10).stream()
        .map(row -> String.valueOf(row.target()))
        .toList();
  }
}
