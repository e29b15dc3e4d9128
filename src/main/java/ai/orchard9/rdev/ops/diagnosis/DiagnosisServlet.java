package ai.orchard9.rdev.ops.diagnosis;

import ai.orchard9.rdev.audit.Actor;
import ai.orchard9.rdev.audit.AuditEntry;
import ai.orchard9.rdev.audit.AuditLog;
import ai.orchard9.rdev.audit.Outcome;
import ai.orchard9.rdev.http.RequestContext;
import ai.orchard9.rdev.ops.task.Arguments;
import ai.orchard9.rdev.ops.task.Failures;
import ai.orchard9.rdev.ops.task.PlainText;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves one diagnosis, to one client at a time.
final class DiagnosisServlet extends HttpServlet {
  private static final long serialVersionUID = 1;
  private static final Logger LOG = LoggerFactory.getLogger(DiagnosisServlet.class);

  private final transient Diagnosis diagnosis;
  private final transient AuditLog audit;
  private final transient Turn turn;

  /// @param turn shared by all that must not run at the same time
  DiagnosisServlet(Diagnosis diagnosis, AuditLog audit, Turn turn) {
    this.diagnosis = diagnosis;
    this.audit = audit;
    this.turn = turn;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (!request.getMethod().equals("GET")) {
      response.setHeader("Allow", "GET");
      PlainText.write(response, 405, error("this is got by GET"));
      return;
    }
    try {
      var arguments = Arguments.of(request.getParameterMap(), diagnosis.usage());
      var would = diagnosis.would(arguments);
      if (arguments.isDryRun()) {
        record(arguments, RequestContext.of(request), Outcome.ALLOWED);
        PlainText.write(response, 200, would);
      } else {
        send(arguments, request, response);
      }
    } catch (RuntimeException failure) {
      Failures.answer(response, failure, diagnosis.name(), this::error);
    }
  }

  private void send(Arguments arguments, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    turn.take(diagnosis.name());
    try {
      record(arguments, RequestContext.of(request), Outcome.ALLOWED);
      LOG.atInfo().addKeyValue("diagnosis", diagnosis.name()).log("diagnosis begun");
      response.setContentType("application/octet-stream");
      response.setHeader("Cache-Control", "no-store");
      response.setHeader(
          "Content-Disposition", "attachment; filename=\"" + diagnosis.fileName() + "\"");
      diagnosis.send(arguments, new Client(request, response));
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      throw new IOException("the server stops", stopping);
    } catch (IOException broken) {
      LOG.atWarn().addKeyValue("diagnosis", diagnosis.name()).setCause(broken).log("not sent");
      record(arguments, RequestContext.of(request), Outcome.FAILED);
      if (response.isCommitted()) {
        // Cut, not ended: nobody may take it for the whole.
        throw broken;
      }
      response.reset();
      PlainText.write(response, 500, List.of("error=" + broken.getMessage()));
    } finally {
      turn.giveBack();
    }
  }

  /// What holds secrets is not given out unless it is on record. Looking is always allowed.
  private void record(Arguments arguments, RequestContext request, Outcome outcome) {
    try {
      audit.append(
          new AuditEntry(
              Actor.OPERATOR,
              "task.run",
              request,
              null,
              diagnosis.name(),
              outcome,
              new LinkedHashMap<>(arguments.values())));
    } catch (RuntimeException away) {
      if (diagnosis.holdsSecrets() && !arguments.isDryRun() && outcome == Outcome.ALLOWED) {
        throw away;
      }
      LOG.atWarn()
          .addKeyValue("diagnosis", diagnosis.name())
          .setCause(away)
          .log("diagnosis not taken down");
    }
  }

  private List<String> error(String text) {
    return List.of(
        "error=" + text,
        "usage=GET /"
            + diagnosis.name()
            + diagnosis.usage().stream().map("?"::concat).findFirst().orElse(""));
  }
}
