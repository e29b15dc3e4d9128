package ai.orchard9.rdev.console;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.http.ForBrowsers;
import ai.orchard9.rdev.http.Public;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// `/console/assets`: the few static files that pages use, of the folder of templates or the jar.
@Path("/console/assets/{name}")
@ForBrowsers
public final class AssetResource {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,40}\\.(css|js|svg)");
  private static final Map<String, String> TYPES =
      Map.of("css", "text/css", "js", "text/javascript", "svg", "image/svg+xml");

  private final Optional<java.nio.file.Path> folder;

  AssetResource(Optional<java.nio.file.Path> folder) {
    this.folder = folder;
  }

  @GET
  @Public
  public Response get(@PathParam("name") String name, @Context Request request) throws IOException {
    var content = NAME.matcher(name).matches() ? read(name) : null;
    if (content == null) {
      throw new ApiException.NotFound("not found");
    }
    var tag = new EntityTag(Integer.toHexString(Arrays.hashCode(content)) + "-" + content.length);
    var unchanged = request.evaluatePreconditions(tag);
    var answer =
        unchanged == null
            ? Response.ok(
                content, TYPES.get(name.substring(name.lastIndexOf('.') + 1)) + ";charset=utf-8")
            : unchanged;
    return answer.tag(tag).header(HttpHeaders.CACHE_CONTROL, "no-cache").build();
  }

  private byte @Nullable [] read(String name) throws IOException {
    var own = folder.map(it -> it.resolve("assets").resolve(name)).filter(Files::isRegularFile);
    if (own.isPresent()) {
      return Files.readAllBytes(own.get());
    }
    try (var packed = AssetResource.class.getResourceAsStream("/ui-templates/assets/" + name)) {
      return packed == null ? null : packed.readAllBytes();
    }
  }
}
