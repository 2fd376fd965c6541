// Package text makes what programs and strangers say fit for a person who reads it in
// a stanza or a log: without what is meant for terminals, and not too long. Nothing
// here acts.
package text
