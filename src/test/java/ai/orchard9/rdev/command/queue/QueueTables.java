package ai.orchard9.rdev.command.queue;

import static org.assertj.core.api.Assertions.assertThat;

import ai.orchard9.rdev.command.queue.QueueModel.Entry;
import ai.orchard9.rdev.command.queue.QueueModel.State;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;

/// What the tables and the views of the queue say, beside what its model says.
final class QueueTables {
  private final QueueWorld world;
  private final Jdbi jdbi;
  private final RandomGenerator random;
  private final QueueModel model;
  private final List<String> projects;

  QueueTables(QueueWorld world) {
    this.world = world;
    this.jdbi = world.jdbi;
    this.random = world.random;
    this.model = world.model;
    this.projects = world.projects;
  }

  void compare() {
    assertThat(rows()).isEqualTo(model.states());
    if (random.nextInt(4) == 0) {
      compareViews();
    }
  }

  /// What the tables say of every command of this history.
  private Map<String, State> rows() {
    var states = new HashMap<String, State>();
    jdbi.useHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT c.id, c.status, c.priority, c.attempt, c.adoptions, c.token, c.owner,
                      p.priority AS waits_as, p.due,
                      (SELECT count(*) FROM slots s WHERE s.command_id = c.id) AS slots,
                      EXISTS (SELECT FROM command_inputs i WHERE i.command_id = c.id) AS has_inputs
                    FROM commands c LEFT JOIN pending_commands p
                      ON p.command_id = c.id AND p.project = c.project
                    WHERE c.project = ANY(:projects)
                    """)
                .bindArray("projects", String.class, projects)
                .map((row, _) -> states.put(row.getString("id"), state(row)))
                .list());
    return states;
  }

  private State state(ResultSet row) throws SQLException {
    var due = row.getObject("due", OffsetDateTime.class);
    var slots = row.getInt("slots");
    assertThat(slots).isBetween(0, 1);
    return new State(
        row.getString("status"),
        row.getString("priority"),
        row.getInt("attempt"),
        row.getInt("adoptions"),
        row.getLong("token"),
        row.getString("owner"),
        row.getString("waits_as"),
        due == null ? null : due.toInstant().plus(world.passed),
        slots == 1,
        row.getBoolean("has_inputs"));
  }

  private void compareViews() {
    var fixture = world.pick(world.servers).fixture;
    var picture = fixture.overview().picture(projects, projects::contains);
    assertThat(picture.paused()).isEqualTo(model.isPaused(""));
    assertThat(picture.pending()).isEqualTo(model.pendingByPriority());
    assertThat(picture.running()).isEqualTo(model.list(Entry::isRunning).size());
    assertThat(picture.projects())
        .containsExactlyElementsOf(
            projects.stream()
                .sorted()
                .map(
                    it ->
                        new Overview.ProjectLine(
                            it, model.line(it).size(), model.running(it), model.isPaused(it)))
                .toList());
    var waiting = model.list(Entry::isPending);
    assertThat(fixture.queue().waitingProjects())
        .isEqualTo(waiting.stream().map(it -> it.project).collect(Collectors.toSet()));
    if (!waiting.isEmpty()) {
      var entry = world.pick(waiting);
      var standing = fixture.overview().standing(entry.id).orElseThrow();
      assertThat(standing.position()).isEqualTo(model.position(entry));
      assertThat(standing.paused()).isEqualTo(model.isPaused("") || model.isPaused(entry.project));
    }
  }

  /// What was told of each command from its beginning to its end.
  void compareLives() {
    assertThat(events()).isEqualTo(lives());
  }

  private Map<String, List<String>> lives() {
    return model.all().stream().collect(Collectors.toMap(it -> it.id, it -> it.life));
  }

  private Map<String, List<String>> events() {
    var lives = new TreeMap<String, List<String>>();
    jdbi.useHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT command_id, status FROM project_events WHERE project = ANY(:projects)"
                        + " ORDER BY id")
                .bindArray("projects", String.class, projects)
                .map(
                    (row, _) ->
                        lives
                            .computeIfAbsent(row.getString(1), _ -> new ArrayList<>())
                            .add(row.getString(2)))
                .list());
    return lives;
  }
}
