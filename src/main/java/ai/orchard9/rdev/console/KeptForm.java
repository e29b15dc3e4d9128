package ai.orchard9.rdev.console;

import ai.orchard9.rdev.http.ErrorBody;
import jakarta.ws.rs.container.ContainerRequestContext;
import java.util.Optional;
import java.util.function.Function;

/// A form that is shown again as it was filled in, instead of the page of an error, when what it
/// asks for is refused. The refusal itself stays one: it is answered and recorded as such.
///
/// @param again the page with the form, and with what is wrong
record KeptForm(Function<ErrorBody.Detail, View> again) {
  private static final String PROPERTY = KeptForm.class.getName();

  /// Keeps the form of this request.
  static void keep(ContainerRequestContext request, Function<ErrorBody.Detail, View> again) {
    request.setProperty(PROPERTY, new KeptForm(again));
  }

  /// The page to show; empty where no form was kept, or to fill it in anew is of no help.
  static Optional<View> again(ContainerRequestContext request, ErrorBody error) {
    return switch (error.error().code().status()) {
      case 400, 403 ->
          request.getProperty(PROPERTY) instanceof KeptForm kept
              ? Optional.of(kept.again.apply(error.error()))
              : Optional.empty();
      default -> Optional.empty();
    };
  }
}
