/// Charts: series of times as paths and labels, ready for `fragments/chart.html`. May use every
/// room.
@org.jspecify.annotations.NullMarked
package ai.orchard9.rdev.console.chart;
