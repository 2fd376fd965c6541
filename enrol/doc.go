// Package enrol puts agents on hosts, and takes them away. It is root in a shell there, over
// the system's ssh or on this host, looks, and changes only what is not so yet; and it makes
// their accounts on the server.
//
// It prints nothing and decides nothing for a person: who calls it shows what would change,
// and says whether it shall. It starts no goroutines; several hosts at once are for the caller.
package enrol
