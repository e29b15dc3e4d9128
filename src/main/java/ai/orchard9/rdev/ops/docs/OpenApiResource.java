package ai.orchard9.rdev.ops.docs;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.orchard9.rdev.http.Public;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;

/// `/openapi.json`: the description of the API, whatever format is asked for.
@Path("/openapi.json")
public final class OpenApiResource {
  private static final String POLICY = "default-src 'none'; frame-ancestors 'none'";

  private final byte[] document = OpenApi.document().toString().getBytes(UTF_8);

  OpenApiResource() {}

  @GET
  @Public
  public Response get(@Context Request request) {
    return Sent.of(document, MediaType.APPLICATION_JSON, POLICY, request);
  }
}
