/// What `/openapi.json` promises, held against what servers of tests answer.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.testing.contract;
