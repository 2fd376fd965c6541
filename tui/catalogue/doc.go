// Package catalogue is the screen to start from: one list, searched by typing a
// few letters, of what can be deployed, of this session's runs and of the hosts.
//
// It touches no host, reads no clock and starts no goroutine.
package catalogue
