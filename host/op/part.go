package op

import (
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"

	"github.com/armonic/armonic/host/view"
)

// planPart plans that a part of a file is in some way. The rest is somebody else's: taking
// the change back takes out that part only, see TakeOut.
func planPart(v view.View, p string, edit func(content string) (string, error)) ([]Change, error) {
	changes, err := planFile(v, p, access{}, edit)
	if n := len(changes); n > 0 {
		changes[n-1].Part = true
	}
	return changes, err
}

// TakeOut takes what led from one content to another out of what there is now, whatever else
// has been changed since. It is false if what was written is not there as it was, or several times.
func TakeOut(before, after, now string) (string, bool) { return takeOut(before, after, now, nil) }

// TakeOutBut is TakeOut of all but lines that have to stay, from what was left. Lines that took
// the place of others stay together.
func TakeOutBut(keep []string, before, after string) (string, bool) {
	return takeOut(before, after, after, keep)
}

func takeOut(before, after, now string, keep []string) (string, bool) {
	lines := slices.Collect(strings.Lines(now))
	for _, h := range slices.Backward(hunks(before, after)) {
		if len(h.added) == 0 {
			return "", false // it cannot be told where the lines were
		}
		at, found := find(lines, h.added)
		if !found {
			return "", false
		}
		rest := slices.DeleteFunc(slices.Clone(h.added), func(l string) bool { return !slices.Contains(keep, l) })
		switch {
		case len(rest) == 0:
			rest = h.removed
		case len(h.removed) > 0:
			rest = h.added
		}
		lines = slices.Replace(lines, at, at+len(h.added), rest...)
	}
	return strings.Join(lines, ""), true
}

// Without reports whether what led from one content to another is not in what there is now,
// and what was there before is: it was taken out.
func Without(before, after, now string) bool {
	lines := slices.Collect(strings.Lines(now))
	all := hunks(before, after)
	for _, h := range all {
		for _, l := range h.added {
			if slices.Contains(lines, l) {
				return false
			}
		}
		if _, found := find(lines, h.removed); len(h.added) == 0 || len(h.removed) > 0 && !found {
			return false
		}
	}
	return len(all) > 0
}

// Added are the lines that one content has more than another.
func Added(before, after string) (out []string) {
	for _, h := range hunks(before, after) {
		out = append(out, h.added...)
	}
	return out
}

// part is an operation on a part of a file.
type part interface {
	file() string
	edit(content string) (string, error)
}

// PartOf is the file that an operation is on a part of, and that part; false for others.
func PartOf(o Operation) (file, text string, ok bool) {
	if c, wrapped := o.(configuration); wrapped {
		o = c.Operation
	}
	p, ok := o.(part)
	if !ok {
		return "", "", false
	}
	text, err := p.edit("")
	return p.file(), text, err == nil && text != ""
}

// find is where some lines are, one after the other; it is false if they are nowhere, or in
// several places.
func find(lines, some []string) (at int, found bool) {
	for i := 0; i+len(some) <= len(lines); i++ {
		if slices.Equal(lines[i:i+len(some)], some) {
			if found {
				return 0, false
			}
			at, found = i, true
		}
	}
	return at, found
}

// hunk is a change of whole lines.
type hunk struct{ removed, added []string }

func hunks(before, after string) (out []hunk) {
	d, err := udiff.ToUnifiedDiff("", "", before, udiff.Strings(before, after), 0)
	if err != nil {
		return nil
	}
	for _, u := range d.Hunks {
		var h hunk
		for _, l := range u.Lines {
			switch l.Kind {
			case udiff.Delete:
				h.removed = append(h.removed, l.Content)
			case udiff.Insert:
				h.added = append(h.added, l.Content)
			case udiff.Equal:
			}
		}
		out = append(out, h)
	}
	return out
}
