package ai.orchard9.rdev.http;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.error.ErrorCode;
import io.dropwizard.auth.Auth;
import io.dropwizard.core.Application;
import io.dropwizard.core.Configuration;
import io.dropwizard.core.setup.Bootstrap;
import io.dropwizard.core.setup.Environment;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A service with one endpoint per thing that can go wrong.
public final class SampleApplication extends Application<Configuration> {

  static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678901Z");

  @Override
  public void initialize(Bootstrap<Configuration> bootstrap) {
    HttpModule.initialize(bootstrap);
  }

  @Override
  public void run(Configuration configuration, Environment environment) {
    HttpModule.install(
        configuration,
        environment,
        new PrometheusRegistry(),
        InstantSource.fixed(NOW),
        SampleApplication::authenticate,
        SampleApplication::authenticate,
        AddressRange.parseList("127.0.0.1"),
        List.of(
            failure ->
                failure instanceof IllegalStateException
                    ? Optional.of(
                        new ApiException.Unavailable("the database is away", Duration.ofMillis(1)))
                    : Optional.empty()),
        _ -> {});
    environment.jersey().register(new SampleResource());
    environment.servlets().addServlet("down", new Down()).addMapping("/down");
  }

  /// Answers as Jetty does by itself while it stops.
  private static final class Down extends HttpServlet {
    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      response.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
    }
  }

  private static Authentication authenticate(String key, String clientAddress) {
    return switch (key) {
      case "good" ->
          new Authentication.Accepted(
              new Caller(
                  null,
                  "good",
                  "01234567",
                  Set.of(Scope.PROJECTS_EXECUTE),
                  Optional.empty(),
                  Optional.empty(),
                  Optional.empty(),
                  RunBudget.NONE,
                  Optional.empty()));
      case "revoked" ->
          refused(new ApiException.Unauthenticated(ErrorCode.KEY_REVOKED, "the key was revoked"));
      case "busy" ->
          refused(new ApiException.TooManyRequests("slow down", Duration.ofMillis(1100)));
      default -> refused(new ApiException.Unauthenticated("not a key"));
    };
  }

  private static Authentication refused(ApiException reason) {
    return new Authentication.Refused(reason, null);
  }

  enum Size {
    SMALL,
    LARGE
  }

  record Part(@NotNull String partName) {}

  record Thing(
      @NotNull String name,
      @Min(1) @Max(10) @Nullable Integer timeoutSeconds,
      @Nullable Boolean enabled,
      @Nullable Size size,
      @Nullable List<String> args,
      @Nullable Map<String, String> environment,
      @Nullable List<@Valid Part> parts,
      @Nullable Instant at) {}

  /// Its endpoints.
  @SuppressWarnings("DoNotCallSuggester")
  @Path("/things")
  @Produces("application/json")
  public static final class SampleResource {

    @POST
    @Consumes("application/json")
    @RequiresScope(Scope.PROJECTS_EXECUTE)
    public Envelope<Thing> post(@Valid Thing thing) {
      return Envelope.of(thing);
    }

    @POST
    @Path("/optional")
    @AnyScope
    public Envelope<Boolean> optional(@OptionalBody @Valid @Nullable Thing thing) {
      return Envelope.of(thing != null);
    }

    @GET
    @RequiresScope(Scope.PROJECTS_READ)
    public Envelope<List<Integer>> list(@BeanParam Page page) {
      var after = page.cursor("things", 1).map(cursor -> cursor.number(0)).orElse(0L).intValue();
      var rows = IntStream.rangeClosed(after + 1, 120).limit(page.fetch()).boxed().toList();
      return page.of(rows, row -> Cursor.of("things", row));
    }

    @GET
    @Path("/audit")
    @RequiresScope(Scope.AUDIT_READ)
    public Envelope<String> audit() {
      return Envelope.of("never");
    }

    @GET
    @Path("/who")
    @AnyScope
    public Envelope<List<String>> who(@Auth Caller caller, @Context RequestContext request) {
      return Envelope.of(List.of(caller.keyName(), request.requestId(), request.clientAddress()));
    }

    @GET
    @Path("/number")
    @Public
    public Envelope<Integer> number(@QueryParam("n") @Max(5) int n) {
      return Envelope.of(n);
    }

    @GET
    @Path("/crash")
    @Public
    public Envelope<String> crash() {
      throw new UnsupportedOperationException("secret");
    }

    @GET
    @Path("/away")
    @Public
    public Envelope<String> away() {
      throw new RuntimeException(new IllegalStateException("connection refused"));
    }
  }
}
