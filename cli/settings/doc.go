// Package settings has the flags that every command takes, knows where settings and
// state are kept, and shows the settings (`armonic config`).
//
// It opens nothing and connects to nothing. It starts no goroutines.
package settings
