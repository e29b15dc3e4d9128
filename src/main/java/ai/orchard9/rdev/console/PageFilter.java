package ai.orchard9.rdev.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.ErrorBody;
import ai.orchard9.rdev.http.RequestContext;
import ai.orchard9.rdev.http.SessionCookie;
import jakarta.annotation.Priority;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.lang.annotation.Annotation;
import java.net.URLEncoder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes pages of what the console's resources return, errors too, and says to browsers what pages
/// may do: nothing but what we serve.
///
/// After the envelope, which completes errors: of filters for answers, those with lower priorities
/// come later.
@Priority(Priorities.USER - 1000)
final class PageFilter implements ContainerResponseFilter {
  private static final MediaType HTML = MediaType.TEXT_HTML_TYPE.withCharset("utf-8");

  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

  private final Pages pages;

  PageFilter(Pages pages) {
    this.pages = pages;
  }

  /// What the page of an error shows. Public only because Thymeleaf reads it.
  public record ErrorPage(
      int status, String code, String message, List<Fault> faults, String requestId) {
    /// A field at fault. Public only because Thymeleaf reads it.
    public record Fault(String field, String message) {}
  }

  @Override
  public void filter(ContainerRequestContext request, ContainerResponseContext response) {
    if (!isConsole(request)) {
      return;
    }
    var headers = response.getHeaders();
    headers.putSingle("Content-Security-Policy", POLICY);
    headers.putSingle("X-Content-Type-Options", "nosniff");
    headers.putSingle("Referrer-Policy", "same-origin");
    headers.putSingle("X-Frame-Options", "DENY");
    headers.putSingle("Cross-Origin-Opener-Policy", "same-origin");
    headers.computeIfAbsent(HttpHeaders.CACHE_CONTROL, _ -> List.of("no-store"));
    switch (response.getEntity()) {
      case View view -> show(view, request, response);
      case ErrorBody error -> show(error, request, response);
      case null, default -> {}
    }
  }

  private static boolean isConsole(ContainerRequestContext request) {
    var path = request.getUriInfo().getPath();
    return path.equals("console") || path.startsWith("console/");
  }

  private void show(View view, ContainerRequestContext request, ContainerResponseContext response) {
    html(
        response,
        pages.render(view.template(), shell(view.title(), view.area(), request), view.page()));
  }

  private void show(
      ErrorBody error, ContainerRequestContext request, ContainerResponseContext response) {
    if (response.getStatus() == 401) {
      logIn(request, response);
      return;
    }
    var form = KeptForm.again(request, error);
    if (form.isPresent()) {
      show(form.get(), request, response);
      return;
    }
    var page =
        new ErrorPage(
            response.getStatus(),
            error.error().code().name(),
            error.error().message(),
            error.error().details().stream()
                .map(it -> new ErrorPage.Fault(it.field(), it.message()))
                .toList(),
            error.meta().requestId());
    html(response, pages.render("error", shell(titleOf(page.status()), null, request), page));
  }

  private static String titleOf(int status) {
    return switch (status) {
      case 403 -> "Not allowed";
      case 404 -> "Not found";
      case 409 -> "Not possible now";
      case 429 -> "Too often";
      case 503 -> "Not available now";
      default -> status < 500 ? "Not understood" : "Something went wrong";
    };
  }

  /// Somebody has to log in, and comes back to where they wanted to be: to a page, that is, not to
  /// what a form would have done.
  private static void logIn(ContainerRequestContext request, ContainerResponseContext response) {
    var uri = request.getUriInfo().getRequestUri();
    var query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    var next = request.getMethod().equals("GET") ? uri.getRawPath() + query : "/console";
    response.setStatus(303);
    response.setEntity(null);
    response.getHeaders().remove(HttpHeaders.WWW_AUTHENTICATE);
    response.getHeaders().remove(HttpHeaders.CONTENT_TYPE);
    response
        .getHeaders()
        .putSingle(HttpHeaders.LOCATION, "/console/login?next=" + URLEncoder.encode(next, UTF_8));
    response.getHeaders().add(HttpHeaders.SET_COOKIE, SessionCookie.none(contextOf(request)));
  }

  private static RequestContext contextOf(ContainerRequestContext request) {
    return RequestContext.of(request);
  }

  private static Shell shell(String title, @Nullable Area area, ContainerRequestContext request) {
    var token = SessionCookie.read(request);
    var caller = Caller.of(request);
    if (token == null || caller.isEmpty()) {
      var secret = LoginCookie.read(request);
      return Shell.plain(title, secret == null ? "" : FormToken.of(secret));
    }
    var notice = Notice.text(request.getUriInfo().getQueryParameters().getFirst("notice"));
    return Shell.of(title, area, caller.get(), FormToken.of(token), notice);
  }

  private static void html(ContainerResponseContext response, String page) {
    response.setEntity(page, new Annotation[0], HTML);
  }
}
