// Package benchreport writes what was measured as tables, in Markdown.
package benchreport
