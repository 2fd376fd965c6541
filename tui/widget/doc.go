// Package widget is what the screens are drawn with: signs and colours, text that
// cannot break a frame, panes, lists of any length, keys with their help, popups.
//
// It knows nothing of deployments, keeps no state but a list's cursor or a
// field's text, reads no clock and starts no goroutine.
package widget
