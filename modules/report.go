package modules

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/armonic/armonic/spec"
)

// report gathers what is wrong, each thing once.
type report struct {
	errs  []*spec.Error
	warns []*spec.Error
	seen  map[string]bool
}

func (r *report) add(to *[]*spec.Error, at, hint, msg string) {
	key := at + "\x00" + msg
	if r.seen[key] {
		return
	}
	if r.seen == nil {
		r.seen = map[string]bool{}
	}
	r.seen[key] = true
	*to = append(*to, &spec.Error{Kind: spec.Invalid, At: at, Msg: msg, Hint: hint})
}

func (r *report) errorf(at, hint, format string, args ...any) {
	r.add(&r.errs, at, hint, fmt.Sprintf(format, args...))
}

func (r *report) warnf(at, hint, format string, args ...any) {
	r.add(&r.warns, at, hint, fmt.Sprintf(format, args...))
}

// err joins the errors, in the order of files and lines; nil if there is none.
func (r *report) err() error {
	sortByPlace(r.errs)
	sortByPlace(r.warns)
	all := make([]error, len(r.errs))
	for i, e := range r.errs {
		all[i] = e
	}
	return errors.Join(all...)
}

func sortByPlace(es []*spec.Error) {
	slices.SortStableFunc(es, func(a, b *spec.Error) int {
		fileA, lineA, colA := splitAt(a.At)
		fileB, lineB, colB := splitAt(b.At)
		return cmp.Or(strings.Compare(fileA, fileB), cmp.Compare(lineA, lineB), cmp.Compare(colA, colB))
	})
}

// FileOf is the file of a place.
func FileOf(at string) string {
	file, _, _ := splitAt(at)
	return file
}

// splitAt takes "file:line:column" apart.
func splitAt(at string) (file string, line, col int) {
	cut := func(s string) (string, int) {
		i := strings.LastIndexByte(s, ':')
		if i < 0 {
			return s, 0
		}
		n, err := strconv.Atoi(s[i+1:])
		if err != nil {
			return s, 0
		}
		return s[:i], n
	}
	rest, last := cut(at)
	file, line = cut(rest)
	if line == 0 {
		return rest, last, 0
	}
	return file, line, last
}

// Errors lists the errors that Load joined.
func Errors(err error) []*spec.Error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var out []*spec.Error
		for _, e := range joined.Unwrap() {
			out = append(out, Errors(e)...)
		}
		return out
	}
	return []*spec.Error{spec.AsError(err)}
}

// Explain writes an error or a warning of the set for a person: place and message,
// the line of the module with a caret below the column, and the hint.
func (s *Set) Explain(e *spec.Error) string {
	var b strings.Builder
	b.WriteString(e.Error())
	b.WriteByte('\n')
	file, line, col := splitAt(e.At)
	if text, ok := s.line(file, line); ok {
		number := strconv.Itoa(line)
		fmt.Fprintf(&b, "  %s | %s\n", number, strings.ReplaceAll(text, "\t", " "))
		if col > 0 {
			fmt.Fprintf(&b, "  %s | %s^\n", strings.Repeat(" ", len(number)), strings.Repeat(" ", col-1))
		}
	}
	if e.Hint != "" {
		fmt.Fprintf(&b, "  hint: %s\n", e.Hint)
	}
	return b.String()
}

func (s *Set) line(file string, n int) (string, bool) {
	text, ok := s.texts[file]
	if !ok || n < 1 {
		return "", false
	}
	lines := strings.Split(text, "\n")
	if n > len(lines) {
		return "", false
	}
	return strings.TrimSuffix(lines[n-1], "\r"), true
}
