/// The one shared state: PostgreSQL, external or embedded, its pools and its schema. May import
/// error, config and background.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.database;
