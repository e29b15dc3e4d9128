package ai.orchard9.rdev.http;

import io.dropwizard.auth.AuthValueFactoryProvider;
import io.dropwizard.configuration.DefaultConfigurationFactoryFactory;
import io.dropwizard.core.Configuration;
import io.dropwizard.core.server.AbstractServerFactory;
import io.dropwizard.core.setup.Bootstrap;
import io.dropwizard.core.setup.Environment;
import io.dropwizard.jackson.Jackson;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.LifeCycle;
import org.glassfish.jersey.internal.inject.AbstractBinder;
import org.glassfish.jersey.process.internal.RequestScoped;
import org.glassfish.jersey.server.ContainerRequest;
import org.glassfish.jersey.server.ServerProperties;

/// Wires what every endpoint shares.
public final class HttpModule {

  private HttpModule() {}

  /// Makes the application's JSON that of the API, and leaves the configuration's as Dropwizard has
  /// it.
  public static <T extends Configuration> void initialize(Bootstrap<T> bootstrap) {
    var strict = new DefaultConfigurationFactoryFactory<T>();
    bootstrap.setObjectMapper(Json.newMapper());
    bootstrap.setConfigurationFactoryFactory(
        (type, validator, _, prefix) ->
            strict.create(type, validator, Jackson.newObjectMapper(), prefix));
  }

  /// Registers filters and mappers.
  ///
  /// @param authenticator who checks keys
  /// @param sessions who checks the sessions of browsers
  /// @param trustedProxies whose `X-Forwarded-For` is believed
  /// @param translators what other rooms' exceptions mean, asked in order
  /// @param refusals who keeps a record of those turned away
  public static void install(
      Configuration configuration,
      Environment environment,
      PrometheusRegistry registry,
      InstantSource clock,
      Authenticator authenticator,
      Authenticator sessions,
      List<AddressRange> trustedProxies,
      List<ErrorTranslator> translators,
      Refusal.Observer refusals) {
    if (configuration.getServerFactory() instanceof AbstractServerFactory server) {
      server.setRegisterDefaultExceptionMappers(false);
    }
    var jersey = environment.jersey();
    jersey.property(ServerProperties.RESPONSE_SET_STATUS_OVER_SEND_ERROR, true);
    // The contract's Location is a path: a proxy may show us under another name.
    jersey.property(ServerProperties.LOCATION_HEADER_RELATIVE_URI_RESOLUTION_DISABLED, true);
    var metrics = new HttpMetrics(registry);
    jersey.register(metrics);
    var errorMapper = new ErrorMapper(translators);
    jersey.register(errorMapper);
    jersey.register(new ErrorMapper.OfViolations(errorMapper));
    jersey.register(new EnvelopeFilter(clock, refusals));
    jersey.register(new BodyLimit());
    jersey.register(new BodyPresence());
    jersey.register(new PlainQueries());
    jersey.register(new AccessFeature(authenticator, sessions));
    jersey.register(new AuthValueFactoryProvider.Binder<>(Caller.class));
    jersey.register(new RequestContextBinder());

    var errors = new JettyErrors(environment.getObjectMapper(), clock);
    environment.getApplicationContext().setErrorHandler(errors.forContext());
    environment
        .lifecycle()
        .addEventListener(
            new LifeCycle.Listener() {
              @Override
              public void lifeCycleStarting(LifeCycle starting) {
                if (starting instanceof Server server) {
                  server.setErrorHandler(errors.forServer());
                  server.setRequestLog(new RequestLogger(metrics));
                  var outermost = new RequestHandler(new ClientAddress(trustedProxies));
                  outermost.setHandler(server.getHandler());
                  server.setHandler(outermost);
                }
              }
            });
  }

  private static final class RequestContextBinder extends AbstractBinder {
    @Override
    protected void configure() {
      bindFactory(RequestContextFactory.class)
          .to(RequestContext.class)
          .proxy(false)
          .in(RequestScoped.class);
    }
  }

  /// Public only because HK2 makes it.
  public static final class RequestContextFactory implements Supplier<RequestContext> {
    private final Provider<ContainerRequest> request;

    @Inject
    RequestContextFactory(Provider<ContainerRequest> request) {
      this.request = request;
    }

    @Override
    public RequestContext get() {
      return RequestContext.of(request.get());
    }
  }
}
