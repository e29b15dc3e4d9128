package ai.orchard9.rdev.http;

import ai.orchard9.rdev.error.ApiException;
import ai.orchard9.rdev.error.ErrorCode;
import ai.orchard9.rdev.error.FieldError;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.dropwizard.jersey.validation.JerseyViolationException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.glassfish.jersey.server.ParamException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Turns whatever was thrown into the API's one error shape. Request id and time are added by
/// [EnvelopeFilter].
final class ErrorMapper implements ExceptionMapper<Throwable> {

  /// What an answer holds until its meta is added.
  record Unfinished(ErrorBody.Detail detail) {}

  /// Jersey has a mapper of its own for these, which wins over one for all of `Throwable`.
  record OfViolations(ErrorMapper mapper) implements ExceptionMapper<JerseyViolationException> {
    @Override
    public Response toResponse(JerseyViolationException invalid) {
      return mapper.toResponse(invalid);
    }
  }

  private static final Logger LOG = LoggerFactory.getLogger(ErrorMapper.class);
  private static final String CHALLENGE = "Bearer realm=\"rdev\"";

  private final List<ErrorTranslator> translators;

  ErrorMapper(List<ErrorTranslator> translators) {
    this.translators = List.copyOf(translators);
  }

  @Override
  public Response toResponse(Throwable failure) {
    var refusal = refusalIn(failure);
    if (refusal.isPresent()) {
      return refused(refusal.get());
    }
    return switch (failure) {
      case ParamException.PathParamException _ -> refused(new ApiException.NotFound("not found"));
      case ParamException parameter ->
          refused(
              ApiException.badField(
                  Optional.ofNullable(parameter.getParameterName()).orElse("parameter"),
                  "is malformed"));
      case WebApplicationException framework -> ofFramework(framework);
      default -> unexpected(failure);
    };
  }

  /// What is wrong with the request, wherever in the chain of causes it was found.
  private Optional<ApiException> refusalIn(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      switch (at) {
        case ApiException refusal -> {
          return Optional.of(refusal);
        }
        case JerseyViolationException invalid -> {
          return Optional.of(Violations.refusal(invalid));
        }
        default -> {
          for (var translator : translators) {
            var translated = translator.translate(at);
            if (translated.isPresent()) {
              return translated;
            }
          }
        }
      }
    }
    // Only what the framework read is the client's doing; elsewhere bad JSON is our own fault.
    return failure instanceof JsonProcessingException json
        ? Optional.of(JsonFaults.refusal(json))
        : Optional.empty();
  }

  private static Response refused(ApiException refusal) {
    var response =
        json(refusal.code().status(), refusal.code(), refusal.detail(), refusal.details());
    return switch (refusal) {
      case ApiException.Unauthenticated _ ->
          response.header(HttpHeaders.WWW_AUTHENTICATE, CHALLENGE).build();
      case ApiException.TooManyRequests limited ->
          response.header(HttpHeaders.RETRY_AFTER, limited.retryAfterSeconds()).build();
      case ApiException.Unavailable away ->
          response.header(HttpHeaders.RETRY_AFTER, away.retryAfterSeconds()).build();
      case ApiException.BadRequest _,
          ApiException.Forbidden _,
          ApiException.NotFound _,
          ApiException.Conflict _,
          ApiException.PayloadTooLarge _ ->
          response.build();
    };
  }

  private static Response ofFramework(WebApplicationException failure) {
    var original = failure.getResponse();
    var status = original.getStatus();
    if (status < 400) {
      return original;
    }
    if (status >= 500) {
      return unexpected(failure);
    }
    var message = original.getStatusInfo().getReasonPhrase().toLowerCase(Locale.ROOT);
    var response = json(status, ErrorBody.codeOf(status), message, List.of());
    var allow = original.getHeaderString(HttpHeaders.ALLOW);
    return allow == null ? response.build() : response.header(HttpHeaders.ALLOW, allow).build();
  }

  private static Response unexpected(Throwable failure) {
    LOG.atError().setCause(failure).log("request failed");
    return json(
            500,
            ErrorCode.INTERNAL_ERROR,
            "internal error; the log has more under this request id",
            List.of())
        .build();
  }

  private static Response.ResponseBuilder json(
      int status, ErrorCode code, String message, List<FieldError> details) {
    return Response.status(status)
        .type(MediaType.APPLICATION_JSON_TYPE)
        .entity(new Unfinished(new ErrorBody.Detail(code, message, details)));
  }
}
