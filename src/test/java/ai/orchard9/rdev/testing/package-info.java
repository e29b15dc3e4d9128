/// What tests of every room share.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.testing;
