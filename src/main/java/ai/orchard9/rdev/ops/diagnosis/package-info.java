/// Looks into the JVM that are sent as files. May import what `ops` may.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.ops.diagnosis;
