/// Tests of the configuration.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.claudeconfig;
