package widget

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

// Column is one of a table. It is as wide as the widest of its cells that are seen.
type Column struct {
	Title string
	Right bool // numbers and ages, which have their heads at the right too
	Sign  bool // stands close to what it is about, the next column
	Grow  bool // takes what is left; one column does
	Most  int  // columns at most; 0 is 40 % of the table
	// Priority says what gives way where there is no room: the lowest is left out first; 0 never.
	Priority int
}

// Line is a row of a table, or the heading of those below it.
type Line struct {
	ID    string        // of what it is about
	Head  string        // a heading has no cells
	Note  string        // of a heading, behind it; may have styles
	Cells []Cell        // one for each column
	Make  func() []Cell // makes them when the row is seen, where there may be very many rows
}

// Table is a list in columns, with a cursor, a filter and marks. Sign, name and what else matters
// stand at the left at any width; what grows has the rest.
type Table struct {
	Columns []Column
	List    List
	Filter  Filter
	Empty   []string // what stands there when there is no line
	Foot    []string // lines below the rows, with styles
	lines   []Line
	marked  map[string]bool
}

// Set gives the table its lines; the cursor stays on what it is about.
func (t *Table) Set(lines []Line) {
	at := t.ID()
	t.lines = lines
	t.List.SetLen(len(lines))
	if at == "" || !t.To(at) {
		t.skip(1)
	}
}

// ID is what the cursor is on, "" for nothing.
func (t *Table) ID() string {
	if t.List.Cursor < len(t.lines) {
		return t.lines[t.List.Cursor].ID
	}
	return ""
}

// To puts the cursor on a line, and reports whether there is one.
func (t *Table) To(id string) bool {
	for i := range t.lines {
		if t.lines[i].ID == id && t.lines[i].Head == "" {
			t.List.To(i)
			return true
		}
	}
	return false
}

// Do moves the cursor, and reports whether the action was one that does.
func (t *Table) Do(a Action) bool {
	if !t.List.Do(a) {
		return false
	}
	if a == Up || a == First || a == PageUp {
		t.skip(-1)
	} else {
		t.skip(1)
	}
	return true
}

// Next moves the cursor to the next line for which want holds, round the end.
func (t *Table) Next(want func(id string) bool) {
	for d := range t.lines {
		i := (t.List.Cursor + 1 + d) % len(t.lines)
		if t.lines[i].Head == "" && want(t.lines[i].ID) {
			t.List.To(i)
			return
		}
	}
}

// skip moves the cursor off a heading.
func (t *Table) skip(by int) {
	for range 2 * len(t.lines) {
		at := t.List.Cursor
		if at >= len(t.lines) || t.lines[at].Head == "" {
			return
		}
		if t.List.To(at + by); t.List.Cursor == at {
			by = -by
		}
	}
}

// Type handles a key while the filter is typed, and reports whether it must be applied anew.
func (t *Table) Type(k tea.KeyMsg) bool {
	changed := t.Filter.Type(k, &t.List)
	by := 1
	if Name(k) == "up" {
		by = -1
	}
	t.skip(by)
	return changed
}

// Mark marks the line under the cursor, or takes the mark away, and goes on to the next.
func (t *Table) Mark() {
	id := t.ID()
	if id == "" {
		return
	}
	if t.marked == nil {
		t.marked = map[string]bool{}
	}
	if t.marked[id] {
		delete(t.marked, id)
	} else {
		t.marked[id] = true
	}
	t.Do(Down)
}

// MarkAll marks all lines that are shown, or none if all are.
func (t *Table) MarkAll() {
	all := true
	for _, x := range t.lines {
		all = all && (x.Head != "" || t.marked[x.ID])
	}
	t.marked = map[string]bool{}
	for _, x := range t.lines {
		if x.Head == "" && !all {
			t.marked[x.ID] = true
		}
	}
}

// Marked are the marked lines that are shown, in their order.
func (t *Table) Marked() (out []string) {
	for _, x := range t.lines {
		if x.Head == "" && t.marked[x.ID] {
			out = append(out, x.ID)
		}
	}
	return out
}

// Unmark takes all marks away, and reports whether there were any.
func (t *Table) Unmark() bool {
	n := len(t.marked)
	t.marked = nil
	return n > 0
}

// gap is what stands between two columns.
const gap = 2

// widths finds how wide the columns are in w: what is in view decides. What has no room is 0.
func (t *Table) widths(w int, seen []Line) []int {
	out := make([]int, len(t.Columns))
	grows := -1
	for c, col := range t.Columns {
		most := col.Most
		if most == 0 {
			most = max(w*2/5, 8)
		}
		for _, x := range seen {
			if c < len(x.Cells) && x.Head == "" {
				out[c] = max(out[c], Width(Clean(x.Cells[c].Text)))
			}
		}
		if out[c] == 0 && col.Priority > 0 { // there is nothing to say
			continue
		}
		out[c] = max(out[c], Width(col.Title))
		if col.Grow {
			grows = c
			continue
		}
		out[c] = min(out[c], max(most, Width(col.Title)))
	}
	for {
		need, least := 0, -1
		for c, n := range out {
			if n == 0 {
				continue
			}
			if c == grows {
				n = min(n, max(w/4, 10))
			}
			need += n + t.gap(c)
			if p := t.Columns[c].Priority; p > 0 && (least < 0 || p < t.Columns[least].Priority) {
				least = c
			}
		}
		if need-gap <= w || least < 0 {
			if grows >= 0 && out[grows] > 0 {
				rest := w + gap
				for c, n := range out {
					if n > 0 && c != grows {
						rest -= n + t.gap(c)
					}
				}
				out[grows] = max(rest-gap, 1)
			}
			return out
		}
		out[least] = 0
	}
}

// Draw fills a pane of w columns and h rows.
func (t *Table) Draw(l Look, r Rule, w, h int) ([]string, Point) {
	r.Title = t.Filter.Title(l, r.Title)
	at := Point{}
	if t.Filter.Typing {
		at.X = 1 + Width(r.Title)
	}
	if len(t.lines) == 0 {
		body := make([]string, 0, len(t.Empty)+1)
		body = append(body, "")
		for _, s := range t.Empty {
			for _, x := range Wrap(s, max(w-4, 10)) {
				body = append(body, "  "+x)
			}
		}
		return l.Pane(r, w, h, t.above(body, h)), at
	}
	body, y := t.Body(l, r.Focus, w, h-1-len(t.Foot))
	if !t.Filter.Typing {
		at.Y = 1 + y
	}
	return l.Pane(r, w, h, t.above(body, h)), at
}

// Body gives the rows in view, in at most h lines, and in which of them the cursor is.
func (t *Table) Body(l Look, focus bool, w, h int) ([]string, int) {
	head, at := 0, 0
	if slices.ContainsFunc(t.Columns, func(c Column) bool { return c.Title != "" }) && h >= 5 {
		head = 1
	}
	t.List.Set(len(t.lines), max(h-head, 1))
	if t.List.Top == 1 && t.List.Cursor <= 1 {
		t.List.Top = 0 // the heading above the first line
	}
	from, to := t.List.Window()
	seen := slices.Clone(t.lines[from:to])
	for i := range seen {
		if seen[i].Make != nil {
			seen[i].Cells = seen[i].Make()
		}
	}
	widths := t.widths(w-3, seen)
	body := make([]string, 0, h)
	if head > 0 {
		titles := make([]Cell, len(t.Columns))
		for c, col := range t.Columns {
			titles[c] = Cell{Text: col.Title, Right: col.Right, Style: l.Head}
		}
		body = append(body, "  "+t.row(l, widths, titles))
	}
	for i, x := range seen {
		if x.Head != "" {
			body = append(body, l.Fit("  "+Style("1").Paint(Clean(x.Head))+"  "+x.Note, w))
			continue
		}
		cells := make([]Cell, len(t.Columns))
		for c := range cells {
			if c < len(x.Cells) {
				cells[c] = x.Cells[c]
			}
			cells[c].Right = t.Columns[c].Right
		}
		here := from+i == t.List.Cursor
		if here {
			at = len(body)
		}
		body = append(body, l.pick(t.row(l, widths, cells), w-1, here, focus, t.marked[x.ID])+" ")
	}
	return body, at
}

// gap is what stands behind a column.
func (t *Table) gap(c int) int {
	if t.Columns[c].Sign {
		return 1
	}
	return gap
}

// row sets cells in their columns.
func (t *Table) row(l Look, widths []int, cells []Cell) string {
	var b strings.Builder
	behind := 0
	for c, w := range widths {
		if w > 0 {
			b.WriteString(blanks(behind))
			b.WriteString(l.Row([]int{w}, cells[c]))
			behind = t.gap(c)
		}
	}
	return b.String()
}

// above puts the foot below the rows of a pane of h rows.
func (t *Table) above(body []string, h int) []string {
	if len(t.Foot) == 0 {
		return body
	}
	for len(body) < h-1-len(t.Foot) {
		body = append(body, "")
	}
	return append(body, t.Foot...)
}

// IDs are what some of the lines are about.
func (t *Table) IDs(from, to int) (out []string) {
	for i := from; i < min(to, len(t.lines)); i++ {
		if t.lines[i].Head == "" {
			out = append(out, t.lines[i].ID)
		}
	}
	return out
}
