/// Sends one signed message to one receiver, whoever that is, and says what became of it: the only
/// place that dials addresses which users name. Knows neither database nor web; may import the
/// ground.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.webhook.send;
