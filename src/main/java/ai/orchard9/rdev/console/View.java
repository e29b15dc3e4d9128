package ai.orchard9.rdev.console;

/// A page to be rendered: what a resource of the console returns.
///
/// @param template `projects` is `ui-templates/projects.html`
/// @param title of the page, before the service's name
/// @param area which part of the navigation it belongs to
/// @param page what the template shows, as `page`
record View(String template, String title, Area area, Object page) {}
