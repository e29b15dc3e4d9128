/// What can go wrong, in words clients switch on. Imports no other room.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.error;
