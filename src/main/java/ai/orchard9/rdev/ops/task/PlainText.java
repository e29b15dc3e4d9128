package ai.orchard9.rdev.ops.task;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;

/// Answers of the admin port: lines `key=value`.
public final class PlainText {
  private PlainText() {}

  /// Answers with these lines.
  public static void write(HttpServletResponse response, int status, List<String> lines)
      throws IOException {
    response.setStatus(status);
    response.setContentType("text/plain;charset=UTF-8");
    response.setHeader("Cache-Control", "no-store");
    var writer = response.getWriter();
    for (var line : lines) {
      // A value of somebody else's making must not make a line of its own.
      writer.print(line.replaceAll("\\p{Cntrl}", "?"));
      writer.print('\n');
    }
  }
}
