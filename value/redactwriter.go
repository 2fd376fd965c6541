package value

import (
	"io"
	"strings"
)

// leastRest is from how many bytes on the beginning of a secret is hidden at the end of
// an output: a program that is ended may have written no more of it.
const leastRest = 8

// Writer passes on what is written to it without the secrets, also those that come in
// several pieces. It holds back only what may be the beginning of a secret. Flush when
// nothing more comes. It is for one goroutine.
type Writer struct {
	to   io.Writer
	by   *Redactor
	held string
}

// Writer makes one that writes to another.
func (r *Redactor) Writer(to io.Writer) *Writer { return &Writer{to: to, by: r} }

// Write passes on what can be no part of a secret that is still to come. The error is
// that of the other writer.
func (w *Writer) Write(p []byte) (int, error) {
	forms := w.by.snapshot()
	if len(forms) == 0 && w.held == "" {
		return w.to.Write(p)
	}
	text := w.held + string(p)
	keep := beginning(text, forms)
	for _, f := range find(text, forms) { // what was found is not cut
		if f.from < keep && keep < f.to {
			keep = f.from
		}
	}
	w.held = text[keep:]
	if _, err := io.WriteString(w.to, w.by.Redact(text[:keep])); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Flush writes what was held back. The beginning of a secret is hidden.
func (w *Writer) Flush() error {
	text := w.held
	w.held = ""
	if text == "" {
		return nil
	}
	text = w.by.Redact(text)
	if at := beginning(text, w.by.snapshot()); len(text)-at >= leastRest {
		text = text[:at] + Hidden
	}
	_, err := io.WriteString(w.to, text)
	return err
}

// beginning is where the longest end of a text begins that some form begins with; the
// length of the text if there is none.
func beginning(text string, forms []string) int {
	least := len(text)
	for _, form := range forms {
		for at := max(0, len(text)-len(form)+1); at < least; {
			i := strings.IndexByte(text[at:least], form[0])
			if i < 0 {
				break
			}
			if at += i; strings.HasPrefix(form, text[at:]) {
				least = at
				break
			}
			at++
		}
	}
	return least
}
