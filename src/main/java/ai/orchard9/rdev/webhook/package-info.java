/// Tells others what became of commands: subscriptions, their events, and the deliveries of these.
/// May import core, guards and ground; what goes over the network is in `send`.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.webhook;
