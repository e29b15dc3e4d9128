/// Server-rendered pages for the platform team. May use every room; nobody imports it.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.console;
