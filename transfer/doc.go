// Package transfer hands files over connections that break: packed, in pieces, named by the
// digest of the file. A Store is the end that keeps what has arrived, also when its process ends;
// a File is what is sent.
//
// The package starts no goroutine, and knows no network: who calls it hands pieces on.
package transfer
