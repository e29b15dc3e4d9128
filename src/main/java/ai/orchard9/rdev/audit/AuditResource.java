package ai.orchard9.rdev.audit;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.Cursor;
import ai.orchard9.rdev.http.Envelope;
import ai.orchard9.rdev.http.Page;
import ai.orchard9.rdev.http.RequiresScope;
import ai.orchard9.rdev.http.Scope;
import ai.orchard9.rdev.http.Timestamps;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// `/audit`: who did what.
@Path("/audit")
public final class AuditResource {
  private static final String LIST = "audit";
  private static final String NDJSON = "application/x-ndjson";
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
  private static final Duration RETRY = Duration.ofSeconds(5);

  private final AuditSearch search;
  private final Verification verification;
  private final ObjectMapper mapper;
  private final Semaphore verifying = new Semaphore(1);

  AuditResource(AuditSearch search, Verification verification, ObjectMapper mapper) {
    this.search = search;
    this.verification = verification;
    this.mapper = mapper;
  }

  /// What is asked for, as it came. Public only because Jersey makes it.
  public static final class Question {
    private final AuditFilter filter;

    /// Reads the query.
    ///
    /// @throws ApiException.BadRequest an outcome or a time is none
    public Question(
        @QueryParam("actor") @Nullable String actor,
        @QueryParam("action") @Nullable String action,
        @QueryParam("project") @Nullable String project,
        @QueryParam("outcome") @Nullable String outcome,
        @QueryParam("since") @Nullable String since,
        @QueryParam("until") @Nullable String until) {
      this.filter =
          new AuditFilter(
              actor,
              action,
              project,
              outcome == null ? null : outcome(outcome),
              instant("since", since),
              instant("until", until));
    }

    private static Outcome outcome(String text) {
      return Outcome.find(text)
          .orElseThrow(() -> ApiException.badField("outcome", "must be allowed, denied or failed"));
    }

    private static @Nullable Instant instant(String field, @Nullable String text) {
      try {
        return text == null ? null : Timestamps.parse(text);
      } catch (DateTimeException e) {
        throw ApiException.badField(field, "must be a time as 2026-01-31T12:00:00Z");
      }
    }
  }

  /// Newest first, a page at a time.
  @GET
  @Produces(MediaType.APPLICATION_JSON)
  @RequiresScope(Scope.AUDIT_READ)
  public Envelope<List<AuditResponse>> list(
      @Auth Caller caller, @BeanParam Page page, @BeanParam Question question) {
    var before = page.cursor(LIST, 2).map(it -> new AuditSearch.Place(it.instant(0), it.number(1)));
    var rows = search.newest(caller, question.filter, before, page.fetch());
    return page.of(
        rows.stream().map(AuditResponse::of).toList(), it -> Cursor.of(LIST, it.at(), it.id()));
  }

  /// All that match, oldest first, a line each.
  @GET
  @Produces(NDJSON)
  @RequiresScope(Scope.AUDIT_READ)
  public StreamingOutput export(@Auth Caller caller, @BeanParam Question question) {
    return output -> {
      try {
        search.export(caller, question.filter, rows -> write(rows, output));
      } catch (UncheckedIOException e) {
        throw e.getCause();
      }
    };
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
  @GET
  @Path("/verify")
  @Produces(MediaType.APPLICATION_JSON)
  @RequiresScope(Scope.AUDIT_READ)
  public Envelope<Verification.Result> verify(@QueryParam("head") @Nullable String head) {
    if (head != null && !HASH.matcher(head).matches()) {
      throw ApiException.badField("head", "must be 64 hex digits in lower case");
    }
    if (!verifying.tryAcquire()) {
      throw new ApiException.Unavailable("the audit log is being verified already", RETRY);
    }
    try {
      return Envelope.of(verification.verify(Optional.ofNullable(head)));
    } finally {
      verifying.release();
    }
  }
}
