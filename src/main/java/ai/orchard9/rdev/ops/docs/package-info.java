/// What the API says of itself: `/openapi.json`, and pages of it at `/docs`. May import http and
/// error.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.ops.docs;
