package noquery

import "github.com/charmbracelet/lipgloss"

// The one init of the project: there is no other way to be earlier than a
// library's init.
func init() { //nolint:gochecknoinits // see doc.go
	lipgloss.SetHasDarkBackground(true)
}
