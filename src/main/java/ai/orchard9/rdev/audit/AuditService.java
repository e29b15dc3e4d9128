package ai.orchard9.rdev.audit;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.Cursor;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Jdbi;

/// Shows the record to who may see it, and checks it. Any thread may call.
public final class AuditService {
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
  private static final Duration RETRY = Duration.ofSeconds(5);

  private final Jdbi requests;
  private final AuditSearch search;
  private final Verification verification;
  private final ObjectMapper mapper;
  private final Semaphore verifying = new Semaphore(1);

  /// @param requests for what a caller waits for
  /// @param background for what takes its time
  /// @param mapper writes rows as the API shows them
  AuditService(Jdbi requests, Jdbi background, Chain chain, ObjectMapper mapper) {
    this.requests = requests;
    this.search = new AuditSearch(requests, background);
    this.verification = new Verification(background, chain);
    this.mapper = mapper;
  }

  /// Rows that match and that the caller may see, newest first.
  ///
  /// @param after where to begin; empty: with the newest
  public List<AuditRow> list(Caller caller, AuditFilter filter, int rows, Optional<Cursor> after) {
    var before = after.map(it -> new AuditSearch.Place(it.instant(0), it.number(1)));
    return search.newest(caller, filter, before, rows);
  }

  /// Writes all rows that match and that the caller may see, oldest first, a line of JSON each. It
  /// takes as long as the reader does, and holds no connection meanwhile.
  public void export(Caller caller, AuditFilter filter, OutputStream output) throws IOException {
    try {
      search.export(caller, filter, rows -> write(rows, output));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void write(List<AuditRow> rows, OutputStream output) {
    try {
      for (var row : rows) {
        output.write(mapper.writeValueAsBytes(AuditResponse.of(row)));
        output.write('\n');
      }
      output.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Checks the whole record. It takes seconds on millions of rows, so one at a time.
  ///
  /// @param head a head noted before, which must be part of the record
  /// @throws ApiException.BadRequest the head is none
  /// @throws ApiException.Unavailable somebody else has it checked now
  public Verification.Result verify(Optional<String> head) {
    if (head.isPresent() && !HASH.matcher(head.get()).matches()) {
      throw ApiException.badField("head", "must be 64 hex digits in lower case");
    }
    if (!verifying.tryAcquire()) {
      throw new ApiException.Unavailable("the audit log is being verified already", RETRY);
    }
    try {
      return verification.verify(head);
    } finally {
      verifying.release();
    }
  }

  /// How far the record is sealed.
  public ChainState state() {
    return requests.withExtension(
        SealDao.class,
        dao -> new ChainState(dao.newest(), dao.countUnsealed(ChainState.MOST_COUNTED)));
  }
}
