package ai.orchard9.rdev.webhook;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Body of `POST /webhooks` and of `PATCH /webhooks/{id}`, where what is absent stays as it is.
public record WebhookRequest(
    @Nullable String url,
    @Nullable List<@Nullable String> events,
    @Nullable List<@Nullable String> projectIds,
    @Nullable String description,
    @Nullable Boolean enabled) {}
