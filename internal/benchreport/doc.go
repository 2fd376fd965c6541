// Package benchreport makes the program that is measured, and writes what was found as tables,
// in Markdown.
package benchreport
