// Package benchreport makes the program that is measured, tells processor time, and writes what was
// found as tables, in Markdown.
package benchreport
