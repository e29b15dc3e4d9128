package ai.orchard9.rdev.http;

import ai.orchard9.rdev.error.ApiException;
import jakarta.annotation.Priority;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.DynamicFeature;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.FeatureContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.SecurityContext;
import java.security.Principal;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Puts the guards before each resource method: the key, or a browser's session (priority 1000),
/// whatever others register between (the rate limit), then the scope (priority 2000).
final class AccessFeature implements DynamicFeature {

  private static final String OWN_CODE = "ai.orchard9.rdev";

  private final CallerFilter keys;
  private final CallerFilter sessions;

  AccessFeature(Authenticator keys, Authenticator sessions) {
    this.keys =
        new CallerFilter(
            keys,
            AccessFeature::presentedKey,
            "a key is required, as X-API-Key or Authorization: Bearer");
    this.sessions = new CallerFilter(sessions, SessionCookie::read, "log in first");
  }

  /// Declares the guards of one method.
  ///
  /// @throws IllegalStateException the method says nothing about who may call it
  @Override
  public void configure(ResourceInfo resource, FeatureContext context) {
    var method = resource.getResourceMethod();
    if (method.isAnnotationPresent(Public.class)) {
      return;
    }
    context.register(
        method.getDeclaringClass().isAnnotationPresent(ForBrowsers.class) ? sessions : keys);
    var required = method.getAnnotation(RequiresScope.class);
    if (required != null) {
      context.register(new ScopeFilter(required.value()));
    } else if (!method.isAnnotationPresent(AnyScope.class)
        && method.getDeclaringClass().getName().startsWith(OWN_CODE)) {
      throw new IllegalStateException(method + " needs @RequiresScope, @AnyScope or @Public");
    }
  }

  private static @Nullable String presentedKey(ContainerRequestContext request) {
    var key = request.getHeaderString("X-API-Key");
    if (key != null) {
      return key.strip();
    }
    var authorization = request.getHeaderString(HttpHeaders.AUTHORIZATION);
    if (authorization != null && authorization.toLowerCase(Locale.ROOT).startsWith("bearer ")) {
      return authorization.substring("bearer ".length()).strip();
    }
    return null;
  }

  /// Where in a request stands who sends it.
  @FunctionalInterface
  private interface Credential {
    @Nullable String presented(ContainerRequestContext request);
  }

  @Priority(Priorities.AUTHENTICATION)
  private record CallerFilter(Authenticator authenticator, Credential credential, String advice)
      implements ContainerRequestFilter {

    @Override
    public void filter(ContainerRequestContext request) {
      var presented = credential.presented(request);
      if (presented == null) {
        throw new ApiException.Unauthenticated(advice);
      }
      switch (authenticator.authenticate(presented, RequestContext.of(request).clientAddress())) {
        case Authentication.Accepted(var caller) -> {
          know(request, caller);
          request.setSecurityContext(new Authenticated(caller, request.getSecurityContext()));
        }
        case Authentication.Refused(var reason, var caller) -> {
          if (caller != null) {
            know(request, caller);
          }
          throw reason;
        }
      }
    }

    /// Holders of a replaced key are told with every answer when it ends.
    private static void know(ContainerRequestContext request, Caller caller) {
      request.setProperty(Caller.ATTRIBUTE, caller);
      caller.deprecation().ifPresent(end -> AnswerHeaders.put(request, "Deprecation", end));
    }
  }

  @Priority(Priorities.AUTHORIZATION)
  private record ScopeFilter(Scope scope) implements ContainerRequestFilter {
    @Override
    public void filter(ContainerRequestContext request) {
      if (!(request.getSecurityContext().getUserPrincipal() instanceof Caller caller)
          || !caller.has(scope)) {
        throw new ApiException.Forbidden("the key lacks the scope " + scope.wireName());
      }
    }
  }

  private record Authenticated(Caller caller, SecurityContext before) implements SecurityContext {
    @Override
    public Principal getUserPrincipal() {
      return caller;
    }

    @Override
    public boolean isUserInRole(String role) {
      return Scope.find(role).map(caller::has).orElse(false);
    }

    @Override
    public boolean isSecure() {
      return before.isSecure();
    }

    @Override
    public String getAuthenticationScheme() {
      return "Bearer";
    }
  }
}
