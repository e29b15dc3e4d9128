package ai.orchard9.rdev.ops;

import ai.orchard9.rdev.http.Public;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Map;

/// 200 while the process lives; asks nobody else, so that trouble elsewhere restarts nothing here.
@Path("/health")
@Produces(MediaType.APPLICATION_JSON)
public final class HealthResource {

  HealthResource() {}

  /// `{"status": "ok"}`.
  @GET
  @Public
  public Map<String, String> get() {
    return Map.of("status", "ok");
  }
}
