/// Types that configuration is written in. Imports no other room.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.config;
