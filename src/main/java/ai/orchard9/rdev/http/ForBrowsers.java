package ai.orchard9.rdev.http;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// A resource for browsers: who calls is told by the session of [SessionCookie], and a key in a
/// header counts for nothing.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface ForBrowsers {}
