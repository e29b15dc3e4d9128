package ai.orchard9.rdev.error;

/// One field at fault. `field` is its name on the wire (`env.PATH`, `args[3]`), a header's or a
/// query parameter's; `message` says what is allowed, without repeating the value.
public record FieldError(String field, String message) {}
