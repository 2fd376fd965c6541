// Package query finds resources by XPath in a tree of them: hosts, lifecycles,
// states, provides, requires and variables.
//
// A pattern is absolute (/web1/WebServer/*), starts anywhere (//WebServer//start)
// or is relative to every host (WebServer//start). What the resources are is an
// attribute, as are their labels, tags and types: //*[@resource='lifecycle'].
//
// The package holds names, never values: it reads no host, changes nothing, and
// starts no goroutine. A tree may be read by many at once when nobody adds to it.
package query
