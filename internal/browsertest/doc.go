// Package browsertest opens pages in a real browser, Debian's chromium-headless-shell, for
// tests of what scripts do, of what a screen reader is told, and for pictures.
//
// A browser and its processes end with the test.
package browsertest
