package ai.orchard9.rdev.ops.task;

import ai.orchard9.rdev.audit.Actor;
import ai.orchard9.rdev.audit.AuditEntry;
import ai.orchard9.rdev.audit.AuditLog;
import ai.orchard9.rdev.audit.Outcome;
import ai.orchard9.rdev.http.RequestContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Serves one task. Dropwizard's own servlet would take unknown arguments, and answer 500 to wrong
/// ones.
final class TaskServlet extends HttpServlet {
  private static final long serialVersionUID = 1;
  private static final Logger LOG = LoggerFactory.getLogger(TaskServlet.class);

  private final transient AdminTask task;
  private final transient AuditLog audit;

  TaskServlet(AdminTask task, AuditLog audit) {
    this.task = task;
    this.audit = audit;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (!request.getMethod().equals("POST")) {
      response.setHeader("Allow", "POST");
      PlainText.write(response, 405, usage("a task is run by POST"));
      return;
    }
    try {
      var arguments = Arguments.of(request.getParameterMap(), task.usage());
      PlainText.write(response, 200, run(arguments, RequestContext.of(request)));
    } catch (RuntimeException failure) {
      Failures.answer(response, failure, task.name(), this::usage);
    }
  }

  /// The record comes first: what cannot be taken down is not done. Looking is always allowed.
  private List<String> run(Arguments arguments, RequestContext request) {
    var isChange = task.isChange(arguments) && !arguments.isDryRun();
    if (isChange) {
      audit.append(entry(arguments, request, Outcome.ALLOWED));
    } else {
      tryToRecord(entry(arguments, request, Outcome.ALLOWED));
    }
    LOG.atInfo()
        .addKeyValue("task", task.name())
        .addKeyValue("arguments", arguments.values())
        .log("task run");
    try {
      return task.run(arguments);
    } catch (RuntimeException failure) {
      tryToRecord(entry(arguments, request, Outcome.FAILED));
      throw failure;
    }
  }

  private void tryToRecord(AuditEntry entry) {
    try {
      audit.append(entry);
    } catch (RuntimeException away) {
      LOG.atWarn().addKeyValue("task", task.name()).setCause(away).log("task not taken down");
    }
  }

  private AuditEntry entry(Arguments arguments, RequestContext request, Outcome outcome) {
    return new AuditEntry(
        Actor.OPERATOR,
        "task.run",
        request,
        arguments.find("project").orElse(null),
        task.name(),
        outcome,
        new LinkedHashMap<>(arguments.values()));
  }

  private List<String> usage(String error) {
    return Stream.concat(
            Stream.of("error=" + error),
            Stream.of(
                Stream.of(List.of("usage=" + task.name()), task.usage(), List.of("dry_run=true"))
                    .flatMap(List::stream)
                    .collect(Collectors.joining(" "))))
        .toList();
  }
}
