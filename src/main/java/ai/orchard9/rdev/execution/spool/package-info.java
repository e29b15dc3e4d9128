/// Commands that outlive their connection: the client of `spool.sh`, the script that stands beside
/// them. Imports `runtime` alone.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.execution.spool;
