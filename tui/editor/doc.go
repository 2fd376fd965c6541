// Package editor answers one question: a text or number, yes or no, one of a few,
// one or several of many hosts. It draws inside a pane that somebody else owns.
//
// Short choices and yes/no are fields of the form library, one at a time, without
// its forms: those take the whole window, forget what was typed on the way back and
// redraw everything at each key. Texts are not: its field shows nothing of a wide
// text that is longer than it. Nothing here judges a value beyond its type and
// constraints; the resolver does.
package editor
