package ai.orchard9.rdev.console;

import ai.orchard9.rdev.apikey.ApiKey;
import ai.orchard9.rdev.apikey.ApiKeyService;
import ai.orchard9.rdev.command.CommandService;
import ai.orchard9.rdev.command.queue.Pauses;
import ai.orchard9.rdev.http.Caller;
import ai.orchard9.rdev.http.Scope;
import ai.orchard9.rdev.project.ProjectCatalog;
import ai.orchard9.rdev.webhook.Webhook;
import ai.orchard9.rdev.webhook.WebhookService;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/// What somebody should look at, as far as the caller may see it; the worst first.
final class Attention {
  private static final Duration DAY = Duration.ofDays(1);

  /// Of each kind: who has more to attend to than these finds the first.
  private static final int MOST = 500;

  private final ProjectCatalog projects;
  private final CommandService commands;
  private final Pauses pauses;
  private final ApiKeyService keys;
  private final WebhookService webhooks;
  private final Supplier<String> breaker;
  private final InstantSource clock;

  /// Something to look at. Public only because Thymeleaf reads it.
  ///
  /// @param kind `bad` or `warn`
  /// @param path where more is told
  public record Item(String kind, String text, String path) {}

  Attention(
      ProjectCatalog projects,
      CommandService commands,
      Pauses pauses,
      ApiKeyService keys,
      WebhookService webhooks,
      Supplier<String> breaker,
      InstantSource clock) {
    this.projects = projects;
    this.commands = commands;
    this.pauses = pauses;
    this.keys = keys;
    this.webhooks = webhooks;
    this.breaker = breaker;
    this.clock = clock;
  }

  List<Item> of(Caller caller) {
    var now = clock.instant();
    var items = new ArrayList<Item>();
    if (caller.has(Scope.PROJECTS_READ)) {
      cluster(items);
      unknownOutcomes(caller, now, items);
    }
    if (caller.has(Scope.WEBHOOKS_READ)) {
      webhooks.list(caller, MOST, Optional.empty()).forEach(it -> webhook(it, items));
    }
    if (caller.has(Scope.PROJECTS_READ)) {
      paused(caller, items);
    }
    if (caller.has(Scope.KEYS_READ)) {
      keys.listEnding(caller, ApiKey.ENDS_SOON, MOST).forEach(it -> items.add(key(it)));
    }
    items.sort(Comparator.comparing(Item::kind));
    return List.copyOf(items);
  }

  private void cluster(List<Item> items) {
    if (!breaker.get().equals("closed")) {
      items.add(
          new Item(
              "bad",
              "The cluster cannot be reached: commands wait, and those that run run on.",
              Area.QUEUE.getPath()));
    }
    projects
        .staleSince()
        .ifPresent(
            since ->
                items.add(
                    new Item(
                        "bad",
                        "The list of projects is that of " + When.of(since).text() + ".",
                        Area.PROJECTS.getPath())));
  }

  private void unknownOutcomes(Caller caller, Instant now, List<Item> items) {
    var unknown = commands.countUnknown(caller, now.minus(DAY), MOST);
    if (unknown > 0) {
      items.add(
          new Item(
              "bad",
              (unknown < MOST ? "" : "At least ")
                  + unknown
                  + " of the last day's commands may have run; their end was not seen.",
              Area.COMMANDS.getPath() + "?status=failed"));
    }
  }

  private static void webhook(Webhook webhook, List<Item> items) {
    var path = Area.WEBHOOKS.getPath() + "/" + webhook.id();
    var reason = webhook.disabledReason();
    if (reason != null && !reason.equals("requested")) {
      var why =
          reason.equals("gone") ? "its receiver said that it is gone" : "it took nothing for a day";
      items.add(
          new Item("bad", "The webhook " + webhook.url() + " was disabled: " + why + ".", path));
    } else if (webhook.enabled() && webhook.failingSince() != null) {
      var since = When.of(webhook.failingSince()).text();
      items.add(
          new Item(
              "warn",
              "The webhook " + webhook.url() + " has been failing since " + since + ".",
              path));
    }
  }

  private void paused(Caller caller, List<Item> items) {
    for (var pause : pauses.list()) {
      if (pause.project().map(caller::mayUse).orElse(true)) {
        var what = pause.project().map(it -> "The line of " + it).orElse("The whole queue");
        items.add(
            new Item("warn", what + " is paused, by " + pause.by() + ".", Area.QUEUE.getPath()));
      }
    }
  }

  private static Item key(ApiKey key) {
    var ends = Objects.requireNonNull(key.expiresAt());
    return new Item(
        "warn",
        "The key " + key.name() + " expires at " + When.of(ends).text() + ".",
        Area.KEYS.getPath() + "/" + key.id());
  }
}
