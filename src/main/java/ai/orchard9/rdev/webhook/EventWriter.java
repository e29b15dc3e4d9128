package ai.orchard9.rdev.webhook;

import ai.orchard9.rdev.command.life.Fact;
import ai.orchard9.rdev.command.life.FactTeller;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/// Makes an event of each fact, for each webhook that wants it, with the next number of that
/// webhook; and a delivery, if it is enabled. All in the transaction that numbers the fact: exactly
/// once, whatever dies when.
final class EventWriter implements FactTeller {
  /// How many rows are in memory at once: at most 20 MB.
  private static final int AT_ONCE = 1000;

  private final Runnable wake;
  private volatile boolean isAwaited;

  /// @param wake runs, on any thread, when there is something to deliver
  EventWriter(Runnable wake) {
    this.wake = wake;
  }

  @Override
  public boolean isAwaited() {
    return isAwaited;
  }

  @Override
  public boolean looks(Handle transaction) {
    isAwaited = transaction.attach(EventDao.class).hasWebhooks();
    return isAwaited;
  }

  @Override
  public void tell(Handle transaction, List<Fact> facts) {
    if (facts.isEmpty()) {
      return;
    }
    var dao = transaction.attach(EventDao.class);
    var subscribers =
        dao.lockSubscribers(
            distinct(facts, it -> typeOf(it).wire()), distinct(facts, Fact::project));
    var rows = new ArrayList<NewEvent>();
    var webhooks = new ArrayList<UUID>();
    var newest = new ArrayList<Long>();
    for (var subscriber : subscribers) {
      var sequence = subscriber.lastSequence();
      for (var fact : facts) {
        if (wants(subscriber, fact)) {
          rows.add(event(subscriber, ++sequence, fact));
          flush(dao, rows, AT_ONCE);
        }
      }
      webhooks.add(subscriber.id());
      newest.add(sequence);
    }
    flush(dao, rows, 1);
    if (!webhooks.isEmpty()) {
      dao.advance(webhooks.toArray(UUID[]::new), newest.toArray(Long[]::new));
    }
  }

  @Override
  public void told() {
    wake.run();
  }

  private static void flush(EventDao dao, List<NewEvent> rows, int least) {
    if (rows.size() >= least) {
      dao.insert(new EventColumns(rows), false);
      rows.clear();
    }
  }

  /// What happened before there was the webhook is none of its business.
  private static boolean wants(EventDao.Subscriber subscriber, Fact fact) {
    return subscriber.events().contains(typeOf(fact).wire())
        && (subscriber.projectIds() == null || subscriber.projectIds().contains(fact.project()))
        && !fact.at().isBefore(subscriber.createdAt());
  }

  private static NewEvent event(EventDao.Subscriber subscriber, long sequence, Fact fact) {
    var id = Ids.random(fact.at());
    return new NewEvent(
        subscriber.id(),
        sequence,
        id,
        typeOf(fact),
        fact.at(),
        Payload.of(typeOf(fact), id, sequence, fact),
        subscriber.enabled());
  }

  private static EventType typeOf(Fact fact) {
    return EventType.ofStatus(fact.status()).orElseThrow();
  }

  private static String[] distinct(List<Fact> facts, Function<Fact, String> part) {
    return facts.stream().map(part).distinct().toArray(String[]::new);
  }
}
