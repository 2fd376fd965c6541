// Package docs has the manual of the command line, so that the program can show parts of it.
package docs

import _ "embed" // for the manual

// CLI is docs/cli.md.
//
//go:embed cli.md
var CLI string
