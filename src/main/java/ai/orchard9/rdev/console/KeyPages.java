package ai.orchard9.rdev.console;

import ai.orchard9.rdev.apikey.ApiKey;
import ai.orchard9.rdev.apikey.ApiKeyService;
import ai.orchard9.rdev.audit.Actor;
import ai.orchard9.rdev.command.model.CommandType;
import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.Cursor;
import ai.orchard9.rdev.http.ForBrowsers;
import ai.orchard9.rdev.http.Page;
import ai.orchard9.rdev.http.RequestContext;
import ai.orchard9.rdev.http.RequiresScope;
import ai.orchard9.rdev.http.Scope;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `/console/keys`: who may call, and making and ending keys.
@Path("/console/keys")
@ForBrowsers
@Produces(MediaType.TEXT_HTML)
public final class KeyPages {
  private static final String HERE = "/console/keys";

  private static final Map<String, Grace> GRACES =
      Map.of(
          "0h", new Grace(Duration.ZERO, "has ended"),
          "1h", new Grace(Duration.ofHours(1), "works for one more hour"),
          "24h", new Grace(Duration.ofHours(24), "works for 24 more hours"));

  private record Grace(Duration time, String words) {}

  private final ApiKeyService keys;

  KeyPages(ApiKeyService keys) {
    this.keys = keys;
  }

  /// The list, and the form of a new key. Public only because Thymeleaf reads it.
  ///
  /// @param next where older ones are; null: there are none
  /// @param form null for who may make none
  /// @param scopes that may be given
  /// @param types that may be given
  /// @param lifetimes by what the form sends
  public record ListPage(
      List<KeyRow> rows,
      @Nullable String next,
      @Nullable KeyForm form,
      List<String> scopes,
      List<String> types,
      Map<String, String> lifetimes) {
    ListPage with(KeyForm other) {
      return new ListPage(rows, next, other, scopes, types, lifetimes);
    }
  }

  /// One key. Public only because Thymeleaf reads it. What is null does not limit it, or has not
  /// happened.
  ///
  /// @param maker the id of the key that made it; null: it was none
  /// @param own whether it is the one of this session
  public record KeyPage(
      KeyRow row,
      @Nullable List<String> types,
      @Nullable List<String> addresses,
      @Nullable Integer rps,
      @Nullable Integer turns,
      @Nullable Long tokens,
      @Nullable String cost,
      String createdBy,
      @Nullable String maker,
      @Nullable When revoked,
      @Nullable When deprecated,
      @Nullable String replacedBy,
      boolean own) {}

  /// A key just made. Public only because Thymeleaf reads it.
  ///
  /// @param plain the key, which nobody can be shown again
  /// @param old what becomes of the one whose place it takes; null: there is none
  public record MadePage(KeyRow row, String plain, @Nullable String old) {}

  @GET
  @RequiresScope(Scope.KEYS_READ)
  public View list(
      @Auth Caller caller,
      @BeanParam Page page,
      @QueryParam("like") @Nullable String like,
      @Context UriInfo here) {
    return view(page(caller, page, like, here));
  }

  private static View view(ListPage page) {
    return new View("keys", "Keys", Area.KEYS, page);
  }

  private ListPage page(Caller caller, Page page, @Nullable String like, UriInfo here) {
    // Who may make keys need not be one who may look at them.
    var rows =
        caller.has(Scope.KEYS_READ)
            ? keys.list(caller, page.fetch(), page.cursor(ApiKeyService.LIST, 2))
            : List.<ApiKey>of();
    var shown = page.of(rows, it -> Cursor.of(ApiKeyService.LIST, it.createdAt(), it.id()));
    var form = caller.has(Scope.KEYS_WRITE) ? form(caller, Paging.given(like)) : null;
    return new ListPage(
        shown.data().stream().map(KeyRow::of).toList(),
        Paging.next(here, shown),
        form,
        Arrays.stream(Scope.values()).filter(caller::has).map(Scope::wireName).toList(),
        Arrays.stream(CommandType.values()).map(CommandType::wire).filter(caller::mayRun).toList(),
        lifetimes(form));
  }

  private KeyForm form(Caller caller, @Nullable String like) {
    return like == null
        ? keys.self(caller).map(KeyForm::within).orElse(KeyForm.EMPTY)
        : KeyForm.like(keys.get(caller, like));
  }

  private static Map<String, String> lifetimes(@Nullable KeyForm form) {
    var lifetimes = new LinkedHashMap<String, String>();
    if (form != null && form.expires().endsWith("h")) {
      lifetimes.put(form.expires(), form.expires().replace("h", " hours"));
    }
    lifetimes.put("30d", "30 days");
    lifetimes.put("60d", "60 days");
    lifetimes.put("90d", "90 days");
    lifetimes.put("1y", "1 year");
    lifetimes.put("never", "never");
    return lifetimes;
  }

  /// Makes a key and shows it; or says what is wrong with what was asked for, and keeps it.
  @POST
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @RequiresScope(Scope.KEYS_WRITE)
  public Response create(
      @Auth Caller caller,
      MultivaluedMap<String, String> fields,
      @BeanParam Page page,
      @Context UriInfo here,
      @Context ContainerRequestContext exchange,
      @Context RequestContext request) {
    var form = KeyForm.of(fields);
    var list = page(caller, page, null, here);
    KeptForm.keep(exchange, error -> view(list.with(form.refused(error))));
    return made(keys.create(Actor.of(caller), form.request(), request), null);
  }

  private static Response made(ApiKeyService.Made made, @Nullable String old) {
    var page = new MadePage(KeyRow.of(made.key()), made.plain(), old);
    return Response.status(Response.Status.CREATED)
        .entity(new View("key-made", "Key created", Area.KEYS, page))
        .build();
  }

  @GET
  @Path("/{id}")
  @RequiresScope(Scope.KEYS_READ)
  public View show(@Auth Caller caller, @PathParam("id") String id) {
    var key = keys.get(caller, id);
    return new View("key", key.name(), Area.KEYS, page(key, key.id().equals(caller.keyId())));
  }

  private static KeyPage page(ApiKey key, boolean own) {
    return new KeyPage(
        KeyRow.of(key),
        key.commandTypes(),
        key.allowedIps(),
        key.rateLimitRps(),
        key.maxTurns(),
        key.maxTokens(),
        key.maxCostUsd() == null ? null : key.maxCostUsd() + " USD",
        key.createdBy().replace('_', ' '),
        key.createdBy().matches("[0-9a-f-]{36}") ? key.createdBy() : null,
        When.ofNullable(key.revokedAt()),
        When.ofNullable(key.deprecatedAt()),
        key.replacedBy() == null ? null : key.replacedBy().toString(),
        own);
  }

  /// Asks first, unless that was done.
  @POST
  @Path("/{id}/revoke")
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @RequiresScope(Scope.KEYS_WRITE)
  public Response revoke(
      @Auth Caller caller,
      @PathParam("id") String id,
      MultivaluedMap<String, String> form,
      @Context RequestContext request) {
    if (!"yes".equals(form.getFirst("confirmed"))) {
      return confirm(caller, id);
    }
    keys.revoke(Actor.of(caller), id, request);
    var back = "keys".equals(form.getFirst("back")) ? HERE : HERE + "/" + id;
    return Response.seeOther(Notice.KEY_REVOKED.on(back)).build();
  }

  private Response confirm(Caller caller, String id) {
    // Who may end keys need not be one who may look at them.
    var name = caller.has(Scope.KEYS_READ) ? "“" + keys.get(caller, id).name() + "”" : "this key";
    var page =
        new CommandPages.ConfirmPage(
            "Revoke " + name + "?", HERE + "/" + id + "/revoke", "Revoke", HERE);
    return Response.ok(new View("confirm", "Revoke?", Area.KEYS, page)).build();
  }

  @POST
  @Path("/{id}/rotate")
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  @RequiresScope(Scope.KEYS_WRITE)
  public Response rotate(
      @Auth Caller caller,
      @PathParam("id") String id,
      MultivaluedMap<String, String> form,
      @Context RequestContext request) {
    var grace =
        Optional.ofNullable(form.getFirst("grace"))
            .map(GRACES::get)
            .orElseThrow(() -> ApiException.badField("grace", "must be 0h, 1h or 24h"));
    return made(keys.rotate(Actor.of(caller), id, grace.time(), request), grace.words());
  }
}
