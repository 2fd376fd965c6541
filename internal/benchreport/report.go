package benchreport

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"
)

// Report is tables, in the order in which they were begun.
type Report struct{ tables []*Table }

// Table is a table, and what is to be said below it.
type Table struct {
	title string
	rows  [][]string // the first one is the head
	notes []string
}

// Table is the one of that title; it is made with that head.
func (r *Report) Table(title string, head ...string) *Table {
	for _, b := range r.tables {
		if b.title == title {
			return b
		}
	}
	b := &Table{title: title, rows: [][]string{head}}
	r.tables = append(r.tables, b)
	return b
}

// Row adds a row, and logs it: the whole takes minutes.
func (b *Table) Row(t testing.TB, cells ...string) {
	t.Helper()
	b.rows = append(b.rows, cells)
	t.Logf("%s: %s", b.title, strings.Join(cells, " | "))
}

// Note adds a text below the table, and logs it.
func (b *Table) Note(t testing.TB, text string) {
	t.Helper()
	b.notes = append(b.notes, text)
	t.Logf("%s: %s", b.title, text)
}

// Print writes everything to standard output.
func (r *Report) Print(t testing.TB) {
	t.Helper()
	var out strings.Builder
	for _, b := range r.tables {
		fmt.Fprintf(&out, "\n### %s\n\n", b.title)
		b.write(&out)
		for _, note := range b.notes {
			fmt.Fprintf(&out, "\n%s\n", note)
		}
	}
	if _, err := os.Stdout.WriteString(out.String()); err != nil {
		t.Fatal(err)
	}
}

func (b *Table) write(out *strings.Builder) {
	width := make([]int, len(b.rows[0]))
	for _, row := range b.rows {
		for i, cell := range row {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	for n, row := range b.rows {
		for i, cell := range row {
			fmt.Fprintf(out, "| %-*s ", width[i], cell)
		}
		out.WriteString("|\n")
		if n == 0 {
			for _, w := range width {
				out.WriteString("|" + strings.Repeat("-", w+2))
			}
			out.WriteString("|\n")
		}
	}
}
