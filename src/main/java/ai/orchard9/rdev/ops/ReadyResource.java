package ai.orchard9.rdev.ops;

import ai.orchard9.rdev.http.Public;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/// 200 while requests should be sent here, else 503 naming what failed.
@Path("/ready")
@Produces(MediaType.APPLICATION_JSON)
public final class ReadyResource {

  private final Readiness readiness;

  ReadyResource(Readiness readiness) {
    this.readiness = readiness;
  }

  /// `{"status": "ready", "checks": {"database": "ok", "projects": "ok"}}`.
  @GET
  @Public
  public Response get() throws InterruptedException {
    var report = readiness.report();
    return Response.status(report.isReady() ? 200 : 503).entity(report).build();
  }
}
