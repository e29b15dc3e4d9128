package ai.orchard9.rdev.console;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.AnyScope;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.ForBrowsers;
import ai.orchard9.rdev.http.Public;
import ai.orchard9.rdev.http.RequestContext;
import ai.orchard9.rdev.http.SessionCookie;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// `/console/login` and `/console/logout`. A session that was there before is never taken over: who
/// logs in gets a new one.
@Path("/console")
@ForBrowsers
@Produces(MediaType.TEXT_HTML)
public final class LoginResource {
  private static final String HOME = "/console";

  /// Only our own pages: `//host`, `/\host` and the like are somebody else's.
  private static final Pattern OURS =
      Pattern.compile("/console(/[A-Za-z0-9._~/-]*)?(\\?[^\\\\\\s]*)?");

  private final Sessions sessions;

  LoginResource(Sessions sessions) {
    this.sessions = sessions;
  }

  /// What the login page shows. Public only because Thymeleaf reads it.
  ///
  /// @param next where to go then
  /// @param error why the last try came to nothing; null: there was none
  public record LoginPage(String next, @Nullable String error, String formToken) {}

  @GET
  @Path("/login")
  @Public
  public Response form(
      @QueryParam("next") @Nullable String next,
      @Context HttpHeaders headers,
      @Context RequestContext request) {
    return form(200, next, null, headers, request);
  }

  @POST
  @Path("/login")
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @Public
  public Response logIn(
      MultivaluedMap<String, String> form,
      @Context HttpHeaders headers,
      @Context RequestContext request) {
    var next = form.getFirst("next");
    var key = Objects.requireNonNullElse(form.getFirst("key"), "").strip();
    String token;
    try {
      token = sessions.open(key, request);
    } catch (ApiException.Unauthenticated | ApiException.Forbidden refused) {
      return form(refused.code().status(), next, refused.detail(), headers, request);
    } catch (ApiException.TooManyRequests limited) {
      var page = form(limited.code().status(), next, limited.detail(), headers, request);
      page.getHeaders().putSingle(HttpHeaders.RETRY_AFTER, limited.retryAfterSeconds());
      return page;
    }
    return Response.seeOther(URI.create(ours(next)))
        .cookie(SessionCookie.of(token, Sessions.LIFETIME, request))
        .build();
  }

  @POST
  @Path("/logout")
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @AnyScope
  public Response logOut(
      @Auth Caller caller, @Context ContainerRequestContext here, @Context RequestContext request) {
    var token = SessionCookie.read(here);
    if (token != null) {
      sessions.end(token, caller, request);
    }
    return Response.seeOther(Notice.LOGGED_OUT.on("/console/login"))
        .cookie(SessionCookie.none(request))
        .build();
  }

  private static Response form(
      int status,
      @Nullable String next,
      @Nullable String error,
      HttpHeaders headers,
      RequestContext request) {
    var held = LoginCookie.read(headers.getCookies());
    var secret = held == null ? Sessions.token() : held;
    var page = new LoginPage(ours(next), error, FormToken.of(secret));
    return Response.status(status)
        .cookie(LoginCookie.of(secret, request))
        .entity(new View("login", "Log in", Area.OVERVIEW, page))
        .build();
  }

  private static String ours(@Nullable String next) {
    return next == null || next.contains("..") || !OURS.matcher(next).matches() ? HOME : next;
  }
}
