/// Where projects live, at arm's length: list them, and open a shell session in one. Imports no
/// other room; what is kept of a project is the business of those above.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.runtime;
