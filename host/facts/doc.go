// Package facts says what a host is: its processors, memory, disks, addresses, and what it
// runs in. It reads /proc, /sys and a few files, which takes milliseconds, changes nothing,
// and asks no name server. What cannot be found out is zero or "".
//
// The package starts no goroutines.
package facts
