// Package drift is the screen that shows what on hosts is not as it was left, with the
// difference, and from which that is repaired.
package drift
