/// Who may call. May import audit and the ground.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.apikey;
