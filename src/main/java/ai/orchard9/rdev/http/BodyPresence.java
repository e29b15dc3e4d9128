package ai.orchard9.rdev.http;

import ai.orchard9.rdev.error.ApiException;
import jakarta.ws.rs.ext.ReaderInterceptor;
import jakarta.ws.rs.ext.ReaderInterceptorContext;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Refuses an absent body, unless the parameter is an [OptionalBody].
final class BodyPresence implements ReaderInterceptor {
  @Override
  public @Nullable Object aroundReadFrom(ReaderInterceptorContext context) throws IOException {
    var body = context.proceed();
    if (body == null
        && Arrays.stream(context.getAnnotations()).noneMatch(OptionalBody.class::isInstance)) {
      throw new ApiException.BadRequest("a JSON body is required");
    }
    return body;
  }
}
