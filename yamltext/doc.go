// Package yamltext reads YAML as it is written, and writes it so that it reads the same.
//
// YAML readers guess: 0644 becomes 420, 1.10 becomes 1.1, and what one of them takes for
// a date or a truth value is a text for the next. Here every scalar stays the text that
// stands in the file, and whoever knows what it is to be reads it. There are texts, lists,
// tables and nothing, each with its line; no references, tags or merged tables.
//
// It knows nothing of Armonic and starts no goroutines. Its errors are for people: none
// has the words of the library below it.
package yamltext
