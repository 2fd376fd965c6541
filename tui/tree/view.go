package tree

import (
	"fmt"
	"strings"

	"github.com/armonic/armonic/tui/widget"
)

// View is which rows of a tree are shown, and the cursor among them.
type View struct {
	Tree *Tree
	List widget.List
	Rows []int // indexes of the items shown
	// OpenByDefault says whether a row is open that nobody opened or shut; nil means yes.
	OpenByDefault func(i int) bool
	opened        map[string]bool
}

// Show puts another tree in the view; cursor and open rows stay where they were.
func (v *View) Show(t *Tree) {
	at := v.Selected()
	id := ""
	if at >= 0 {
		id = v.Tree.Items[at].ID
	}
	v.Tree = t
	v.Layout()
	for r, i := range v.Rows {
		if id != "" && t.Items[i].ID == id {
			v.List.To(r)
			break
		}
	}
}

// Layout finds the rows again after something opened or shut.
func (v *View) Layout() {
	v.Rows = v.Rows[:0]
	if v.Tree != nil && len(v.Tree.Items) > 0 {
		v.walk(0)
	}
	v.List.SetLen(len(v.Rows))
}

func (v *View) walk(i int) {
	v.Rows = append(v.Rows, i)
	if v.Opened(i) {
		for _, k := range v.Tree.Items[i].Children {
			v.walk(k)
		}
	}
}

// Opened reports whether the children of a row are shown.
func (v *View) Opened(i int) bool {
	if open, ok := v.opened[v.Tree.Items[i].ID]; ok {
		return open
	}
	return v.OpenByDefault == nil || v.OpenByDefault(i)
}

// Selected is the item under the cursor, -1 if there is none.
func (v *View) Selected() int {
	if v.List.Cursor < len(v.Rows) && v.Tree != nil {
		return v.Rows[v.List.Cursor]
	}
	return -1
}

// Select puts the cursor on an item, opening what hides it.
func (v *View) Select(item int) {
	if v.Tree == nil || item < 0 || item >= len(v.Tree.Items) {
		return
	}
	for p := v.Tree.Items[item].Parent; p >= 0; p = v.Tree.Items[p].Parent {
		if !v.Opened(p) {
			v.setOpen(p, true)
		}
	}
	v.Layout()
	for r, i := range v.Rows {
		if i == item {
			v.List.To(r)
		}
	}
}

// Do moves the cursor, opens and shuts.
func (v *View) Do(a widget.Action) bool {
	at := v.Selected()
	if at < 0 || v.List.Do(a) {
		return at >= 0
	}
	it := v.Tree.Items[at]
	switch {
	case a == widget.Right && len(it.Children) > 0 && !v.Opened(at):
		v.setOpen(at, true)
	case a == widget.Left && len(it.Children) > 0 && v.Opened(at):
		v.setOpen(at, false)
	case a == widget.Left && it.Parent >= 0:
		v.Select(it.Parent)
	case a == widget.Left || a == widget.Right:
	default:
		return false
	}
	v.Layout()
	return true
}

// All opens or shuts everything.
func (v *View) All(open bool) {
	if v.Tree == nil {
		return
	}
	for i := range v.Tree.Items {
		if len(v.Tree.Items[i].Children) > 0 && (i > 0 || open) {
			v.setOpen(i, open)
		}
	}
	v.Layout()
}

func (v *View) setOpen(i int, open bool) {
	if v.opened == nil {
		v.opened = map[string]bool{}
	}
	v.opened[v.Tree.Items[i].ID] = open
}

// Branches draws what stands before the name of a row, at most w columns of it.
func (v *View) Branches(l widget.Look, i, w int) string {
	t := v.Tree
	it := &t.Items[i]
	parts := make([]string, 0, it.Depth+1)
	for p := it.Parent; p > 0; p = t.Items[p].Parent {
		s := l.Bar + " "
		if t.Items[p].Last {
			s = "  "
		}
		parts = append(parts, s)
	}
	var b strings.Builder
	for k := len(parts) - 1; k >= 0; k-- {
		b.WriteString(parts[k])
	}
	if it.Parent >= 0 {
		if it.Last {
			b.WriteString(l.Corner)
		} else {
			b.WriteString(l.Tee)
		}
	}
	switch {
	case len(it.Children) == 0:
		b.WriteString(" ")
	case v.Opened(i):
		b.WriteString(l.Open)
	default:
		b.WriteString(l.Shut)
	}
	return l.CutLeft(b.String(), w)
}

// Draw fills a pane of w columns and h rows with the tree; status gives sign, style
// and words of a row.
func (v *View) Draw(l widget.Look, box widget.Rule, w, h int, status func(i int) (string, widget.Style, string)) ([]string, widget.Point) {
	iw, ih := w, max(h-1, 0)
	v.List.Set(len(v.Rows), ih)
	from, to := v.List.Window()
	if to < len(v.Rows) {
		box.More = fmt.Sprintf("%d more below", len(v.Rows)-to)
	}
	name, host, text := 1, 0, 1
	for _, i := range v.Rows[from:to] {
		_, _, s := status(i)
		name = max(name, widget.Width(v.Branches(l, i, iw))+1+widget.Width(v.Tree.Items[i].Name()))
		host = max(host, widget.Width(Place(v.Tree.Items[i].Node)))
		text = max(text, widget.Width(s))
	}
	host = min(host, iw/4)
	name = max(min(name, iw-7-host-min(text, 8)), min(name, iw*2/5)) // what it does gives way to it
	widths := widget.Flex(iw-3, 1, name, host, -1)
	at := widget.Point{}
	body := make([]string, 0, ih)
	for r := from; r < to; r++ {
		i := v.Rows[r]
		it := &v.Tree.Items[i]
		sign, style, text := status(i)
		where := ""
		if it.Node.Host != "" && !it.Group {
			where = Place(it.Node)
		}
		name := v.Branches(l, i, widths[1]/2) + " " + it.Name()
		row := l.Row(widths, widget.Cell{Text: sign, Style: style}, widget.T(name), widget.Cell{Text: where, Style: l.Dim}, widget.Cell{Text: text, Style: style})
		here := r == v.List.Cursor
		if here {
			at.Y = 1 + len(body)
		}
		body = append(body, l.Pick(row, iw-1, here, box.Focus)+" ")
	}
	return l.Pane(box, w, h, body), at
}
