package ai.orchard9.rdev.console;

import ai.orchard9.rdev.audit.AuditFilter;
import ai.orchard9.rdev.audit.AuditService;
import ai.orchard9.rdev.audit.ChainState;
import ai.orchard9.rdev.audit.Outcome;
import ai.orchard9.rdev.audit.Verification;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.Cursor;
import ai.orchard9.rdev.http.ForBrowsers;
import ai.orchard9.rdev.http.Page;
import ai.orchard9.rdev.http.RequiresScope;
import ai.orchard9.rdev.http.Scope;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import jakarta.ws.rs.core.UriInfo;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `/console/audit`: who did what, and whether the record is whole.
@Path("/console/audit")
@ForBrowsers
@Produces(MediaType.TEXT_HTML)
public final class AuditPages {
  private static final String HERE = "/console/audit";
  private static final String NDJSON = "application/x-ndjson";

  private final AuditService audit;

  AuditPages(AuditService audit) {
    this.audit = audit;
  }

  /// What is asked for, as it came. Public only because Jersey makes it and Thymeleaf reads it.
  public record Filter(
      @Nullable String actor,
      @Nullable String action,
      @Nullable String project,
      @Nullable String outcome,
      @Nullable String since,
      @Nullable String until) {

    /// Reads the query; what the form leaves empty was not asked for.
    public Filter(
        @QueryParam("actor") @Nullable String actor,
        @QueryParam("action") @Nullable String action,
        @QueryParam("project") @Nullable String project,
        @QueryParam("outcome") @Nullable String outcome,
        @QueryParam("since") @Nullable String since,
        @QueryParam("until") @Nullable String until) {
      this.actor = Paging.given(actor);
      this.action = Paging.given(action);
      this.project = Paging.given(project);
      this.outcome = Paging.given(outcome);
      this.since = Paging.time(since);
      this.until = Paging.time(until);
    }

    boolean isAny() {
      return equals(new Filter(null, null, null, null, null, null));
    }

    AuditFilter parsed() {
      return AuditFilter.parse(actor, action, project, outcome, since, until);
    }
  }

  /// How far the record is sealed. Public only because Thymeleaf reads it.
  ///
  /// @param hash of the newest seal; null: nothing is sealed yet
  /// @param at when the row under it was written
  /// @param waiting how many rows wait for their seal
  public record Sealed(
      long position, @Nullable String hash, @Nullable When at, boolean keyed, String waiting) {

    static Sealed of(ChainState state) {
      var waiting =
          state.waiting() < ChainState.MOST_COUNTED
              ? Integer.toString(state.waiting())
              : state.waiting() + " or more";
      return state
          .newest()
          .map(
              it ->
                  new Sealed(
                      it.position(), it.hash(), When.ofNullable(it.at()), it.keyed(), waiting))
          .orElseGet(() -> new Sealed(0, null, null, false, waiting));
    }
  }

  /// The list. Public only because Thymeleaf reads it.
  ///
  /// @param export where all that match are, to be saved
  /// @param next where older ones are; null: there are none
  /// @param all whether nothing was filtered
  public record ListPage(
      List<AuditLine> rows,
      Filter filter,
      List<String> outcomes,
      Sealed chain,
      String export,
      @Nullable String next,
      boolean all) {}

  @GET
  @RequiresScope(Scope.AUDIT_READ)
  public View list(
      @Auth Caller caller, @BeanParam Page page, @BeanParam Filter filter, @Context UriInfo here) {
    var rows = audit.list(caller, filter.parsed(), page.fetch(), page.cursor(AuditFilter.LIST, 2));
    var shown = page.of(rows, it -> Cursor.of(AuditFilter.LIST, it.at(), it.id()));
    return new View(
        "audit",
        "Audit log",
        Area.AUDIT,
        new ListPage(
            shown.data().stream().map(AuditLine::of).toList(),
            filter,
            Arrays.stream(Outcome.values()).map(Outcome::wire).toList(),
            Sealed.of(audit.state()),
            Paging.first(here, HERE + "/export"),
            Paging.next(here, shown),
            filter.isAny()));
  }

  /// All that match, as the API exports them. A browser saves them: they are never shown as a page.
  @GET
  @Path("/export")
  @Produces(NDJSON)
  @RequiresScope(Scope.AUDIT_READ)
  public Response export(@Auth Caller caller, @BeanParam Filter filter) {
    var parsed = filter.parsed();
    StreamingOutput lines = output -> audit.export(caller, parsed, output);
    return Response.ok(lines)
        .header(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"audit.ndjson\"")
        .build();
  }

  /// What was found. Public only because Thymeleaf reads it.
  ///
  /// @param noted the head that had to be part of the record; null: none was noted
  public record VerificationPage(Verification.Result result, @Nullable String noted) {}

  /// Checks the whole record.
  @POST
  @Path("/verify")
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @RequiresScope(Scope.AUDIT_READ)
  public View verify(MultivaluedMap<String, String> form) {
    var noted = Paging.given(form.getFirst("head"));
    var result = audit.verify(Optional.ofNullable(noted));
    return new View(
        "verification", "Verification", Area.AUDIT, new VerificationPage(result, noted));
  }
}
