package ai.orchard9.rdev.webhook.send;

import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.HttpMessageParser;
import org.apache.hc.core5.http.io.HttpMessageParserFactory;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/// The clients that a sender uses: bare, HTTP/1.1, nothing remembered between requests but
/// connections. They take nothing from system properties or the environment beside the JVM's trust
/// store, and follow, retry, store, decompress and authenticate nothing.
final class Clients {

  /// Set in a request's context when it got past the proxy.
  static final String REACHED = "rdev.reached";

  /// Per address, so that a second one gets its turn. The whole is limited by [Watch].
  private static final Timeout CONNECT_LIMIT = Timeout.ofSeconds(5);

  /// Only a belt: [Watch] decides.
  private static final Timeout SOCKET_LIMIT = Timeout.ofMinutes(5);

  /// Receivers close idle connections after 5 s (Node.js) to 75 s (nginx): the shorter we keep them
  /// the fewer are closed under a request.
  private static final TimeValue IDLE_LIMIT = TimeValue.ofSeconds(15);

  /// After this long unused a connection is asked whether it is still open, which costs 1 ms.
  private static final TimeValue TRUSTED_FOR = TimeValue.ofSeconds(1);

  /// A receiver that moved is found again, and its name checked again, within that time.
  private static final TimeValue LIFETIME = TimeValue.ofMinutes(1);

  private Clients() {}

  /// One that keeps connections.
  static CloseableHttpClient keeping(HttpSender.Settings settings, DnsResolver resolver) {
    return client(settings, resolver)
        .setKeepAliveStrategy((response, context) -> IDLE_LIMIT)
        .evictExpiredConnections()
        .evictIdleConnections(IDLE_LIMIT)
        .build();
  }

  /// One that makes a connection for each request.
  static CloseableHttpClient fresh(HttpSender.Settings settings, DnsResolver resolver) {
    return client(settings, resolver)
        .setConnectionReuseStrategy((request, response, context) -> false)
        .build();
  }

  private static HttpClientBuilder client(HttpSender.Settings settings, DnsResolver resolver) {
    var client =
        HttpClients.custom()
            .setConnectionManager(connections(settings, resolver))
            .setDefaultRequestConfig(
                RequestConfig.custom()
                    .setConnectionRequestTimeout(SOCKET_LIMIT)
                    .setProtocolUpgradeEnabled(false)
                    .setExpectContinueEnabled(false)
                    .setAuthenticationEnabled(false)
                    .build())
            .addExecInterceptorAfter(
                ChainElement.CONNECT.name(),
                "reached",
                (request, scope, chain) -> {
                  scope.clientContext.setAttribute(REACHED, true);
                  return chain.proceed(request, scope);
                })
            .disableAutomaticRetries()
            .disableRedirectHandling()
            .disableCookieManagement()
            .disableContentCompression()
            .disableAuthCaching()
            .disableConnectionState();
    settings
        .proxy()
        .ifPresent(
            proxy -> client.setProxy(new HttpHost("http", proxy.getHost(), proxy.getPort())));
    return client;
  }

  private static PoolingHttpClientConnectionManager connections(
      HttpSender.Settings settings, DnsResolver resolver) {
    return PoolingHttpClientConnectionManagerBuilder.create()
        .setConnectionFactory(
            ManagedHttpClientConnectionFactory.builder()
                .http1Config(AnswerParser.LIMITS)
                .responseParserFactory(new Parsers())
                .build())
        .setDnsResolver(resolver)
        .setTlsSocketStrategy(new DefaultClientTlsStrategy(settings.tls()))
        .setDefaultTlsConfig(TlsConfig.custom().setHandshakeTimeout(SOCKET_LIMIT).build())
        .setDefaultConnectionConfig(
            ConnectionConfig.custom()
                .setConnectTimeout(CONNECT_LIMIT)
                .setSocketTimeout(SOCKET_LIMIT)
                .setValidateAfterInactivity(TRUSTED_FOR)
                .setTimeToLive(LIFETIME)
                .build())
        .setMaxConnTotal(settings.connections())
        .setMaxConnPerRoute(settings.connections())
        .build();
  }

  /// A parser for each connection.
  private static final class Parsers implements HttpMessageParserFactory<ClassicHttpResponse> {
    @Override
    public HttpMessageParser<ClassicHttpResponse> create() {
      return new AnswerParser();
    }

    @Override
    @Deprecated
    @SuppressWarnings("InlineMeSuggester") // Nobody calls it.
    public HttpMessageParser<ClassicHttpResponse> create(Http1Config ignored) {
      return create();
    }
  }
}
