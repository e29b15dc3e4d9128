package ai.orchard9.rdev.console;

import ai.orchard9.rdev.http.AnyScope;
import ai.orchard9.rdev.http.ForBrowsers;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

/// `/console`: how things are.
@Path("/console")
@ForBrowsers
@Produces(MediaType.TEXT_HTML)
public final class OverviewPages {
  OverviewPages() {}

  @GET
  @AnyScope
  public View show() {
    return new View("overview", "Overview", Area.OVERVIEW, "");
  }
}
