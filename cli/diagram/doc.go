// Package diagram draws the state machine of a lifecycle as text, for Graphviz, for
// Mermaid, as JSON or as XML.
//
// It asks nobody. It starts no goroutines.
package diagram
