package ai.orchard9.rdev.ops.docs;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.ForBrowsers;
import ai.orchard9.rdev.http.Public;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;

/// `/docs`: `/openapi.json` as a page. Everything that it uses is served here; it asks nobody else.
@Path("/docs")
@ForBrowsers
public final class DocsResource {
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
  private static final String PAGE = "index.html";
  private static final String WEBJAR = "/META-INF/resources/webjars/swagger-ui/";
  private static final String ABOUT_WEBJAR =
      "/META-INF/maven/org.webjars/swagger-ui/pom.properties";

  /// What the page is made of, and its types. Nothing else of the webjar can be had.
  private static final Map<String, String> TYPES =
      Map.of(
          PAGE,
          "text/html;charset=utf-8",
          "docs.css",
          "text/css;charset=utf-8",
          "docs.js",
          "text/javascript;charset=utf-8",
          "swagger-ui.css",
          "text/css;charset=utf-8",
          "swagger-ui-bundle.js",
          "text/javascript;charset=utf-8",
          "favicon-32x32.png",
          "image/png");

  private final String webjar = WEBJAR + versionOfWebjar() + "/";

  DocsResource() {}

  @GET
  @Public
  public Response page(@Context Request request) throws IOException {
    return get(PAGE, request);
  }

  @GET
  @Path("/{name}")
  @Public
  public Response get(@PathParam("name") String name, @Context Request request) throws IOException {
    var type = TYPES.get(name);
    if (type == null) {
      throw new ApiException.NotFound("not found");
    }
    return Sent.of(read(name), type, POLICY, request);
  }

  private byte[] read(String name) throws IOException {
    var own = DocsResource.class.getResource("/docs/" + name);
    var place = own == null ? DocsResource.class.getResource(webjar + name) : own;
    try (var in = Objects.requireNonNull(place, name).openStream()) {
      return in.readAllBytes();
    }
  }

  private static String versionOfWebjar() {
    try (var in = DocsResource.class.getResourceAsStream(ABOUT_WEBJAR)) {
      var about = new Properties();
      about.load(Objects.requireNonNull(in, ABOUT_WEBJAR));
      return about.getProperty("version");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
