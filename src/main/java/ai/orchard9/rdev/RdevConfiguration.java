package ai.orchard9.rdev;

import io.dropwizard.core.Configuration;

/// Everything `config.yml` can say, one typed field per feature.
public final class RdevConfiguration extends Configuration {}
