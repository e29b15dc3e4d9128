package ai.orchard9.rdev.audit;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.Cursor;
import ai.orchard9.rdev.http.Envelope;
import ai.orchard9.rdev.http.Page;
import ai.orchard9.rdev.http.RequiresScope;
import ai.orchard9.rdev.http.Scope;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.StreamingOutput;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `/audit`: who did what.
@Path("/audit")
public final class AuditResource {
  private static final String NDJSON = "application/x-ndjson";

  private final AuditService service;

  AuditResource(AuditService service) {
    this.service = service;
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
      this.filter = AuditFilter.parse(actor, action, project, outcome, since, until);
    }
  }

  /// Newest first, a page at a time.
  @GET
  @Produces(MediaType.APPLICATION_JSON)
  @RequiresScope(Scope.AUDIT_READ)
  public Envelope<List<AuditResponse>> list(
      @Auth Caller caller, @BeanParam Page page, @BeanParam Question question) {
    var rows =
        service.list(caller, question.filter, page.fetch(), page.cursor(AuditFilter.LIST, 2));
    return page.of(
        rows.stream().map(AuditResponse::of).toList(),
        it -> Cursor.of(AuditFilter.LIST, it.at(), it.id()));
  }

  /// All that match, oldest first, a line each.
  @GET
  @Produces(NDJSON)
  @RequiresScope(Scope.AUDIT_READ)
  public StreamingOutput export(@Auth Caller caller, @BeanParam Question question) {
    return output -> service.export(caller, question.filter, output);
  }

  /// Checks the whole record.
  @GET
  @Path("/verify")
  @Produces(MediaType.APPLICATION_JSON)
  @RequiresScope(Scope.AUDIT_READ)
  public Envelope<Verification.Result> verify(@QueryParam("head") @Nullable String head) {
    return Envelope.of(service.verify(Optional.ofNullable(head)));
  }
}
