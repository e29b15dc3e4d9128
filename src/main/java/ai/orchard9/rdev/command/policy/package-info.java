/// What may run: git commands by an allow-list, shell texts by a list of refusals. May import
/// error.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.command.policy;
