// Package catalogue is the screen to start from: one list, searched by typing a
// few letters, of what can be deployed, of this session's runs and of the hosts.
package catalogue
