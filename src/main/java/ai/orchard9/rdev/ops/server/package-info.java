/// The servers there are, and how one of them leaves. May import what `ops` may.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.ops.server;
