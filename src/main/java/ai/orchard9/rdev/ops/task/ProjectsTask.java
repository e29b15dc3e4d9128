package ai.orchard9.rdev.ops.task;

import ai.orchard9.rdev.http.Timestamps;
import ai.orchard9.rdev.project.Project;
import ai.orchard9.rdev.project.ProjectCatalog;
import java.util.ArrayList;
import java.util.List;

/// `projects`: what the server asked sees, and what it leaves out and why. Asks the cluster
/// nothing.
public final class ProjectsTask implements AdminTask {
  private static final String PROJECT = "project";

  private final ProjectCatalog catalog;

  public ProjectsTask(ProjectCatalog catalog) {
    this.catalog = catalog;
  }

  @Override
  public String name() {
    return "projects";
  }

  @Override
  public List<String> usage() {
    return List.of(PROJECT + "=<project>");
  }

  @Override
  public boolean isChange(Arguments arguments) {
    return false;
  }

  @Override
  public List<String> run(Arguments arguments) {
    var wanted = arguments.project(PROJECT);
    var lines = new ArrayList<String>();
    var known = catalog.peek();
    lines.add("known=" + known.isPresent());
    lines.add("cluster_available=" + catalog.isAvailable());
    known.ifPresent(
        it -> {
          lines.add("age_seconds=" + it.age().toSeconds());
          lines.add("stale=" + it.staleSince().isPresent());
          it.staleSince().ifPresent(since -> lines.add("stale_since=" + Timestamps.format(since)));
        });
    catalog.failure().ifPresent(it -> lines.add("not_listed_because=" + it));
    known.ifPresent(it -> lines.addAll(lines(it, wanted.orElse(""))));
    return lines;
  }

  private static List<String> lines(ProjectCatalog.Known known, String wanted) {
    var lines = new ArrayList<String>();
    lines.add("projects=" + known.projects().size());
    lines.add("left_out=" + known.leftOut().size());
    known.projects().stream()
        .filter(it -> wanted.isEmpty() || it.id().equals(wanted))
        .forEach(it -> lines.add(line(it)));
    if (wanted.isEmpty()) {
      known.leftOut().forEach(it -> lines.add("left_out_because=" + it));
    }
    return lines;
  }

  private static String line(Project project) {
    var pod = project.podName();
    return "project="
        + project.id()
        + " status="
        + project.status()
        + (pod == null ? "" : " pod=" + pod)
        + (project.warnings().isEmpty() ? "" : " warning=" + String.join("; ", project.warnings()));
  }
}
