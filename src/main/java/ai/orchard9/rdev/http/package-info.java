/// What every endpoint shares: caller, scopes, envelope, errors, request id, paging. May import
/// error.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.http;
