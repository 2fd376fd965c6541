// Package show puts Armonic's nouns into words and signs: values, times, the
// status of questions and of work. Every screen says the same thing the same way.
package show
