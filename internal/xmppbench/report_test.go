package xmppbench_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// report is what was found: tables, and what they must say below.
type report struct {
	tables []*table
	cold   map[int]time.Duration // what a new armonic process takes for a step on so many hosts, with the slower server
}

type table struct {
	title string
	rows  [][]string // the first one is the head
	notes []string
}

// table is the one of that title.
func (r *report) table(title string, head ...string) *table {
	for _, b := range r.tables {
		if b.title == title {
			return b
		}
	}
	b := &table{title: title, rows: [][]string{head}}
	r.tables = append(r.tables, b)
	return b
}

// row adds a row, and logs it: the whole takes minutes.
func (b *table) row(t testing.TB, cells ...string) {
	t.Helper()
	b.rows = append(b.rows, cells)
	t.Logf("%s: %s", b.title, strings.Join(cells, " | "))
}

func (b *table) note(t testing.TB, text string) {
	t.Helper()
	b.notes = append(b.notes, text)
	t.Logf("%s: %s", b.title, text)
}

// print writes everything to standard output, as Markdown.
func (r *report) print(t testing.TB) {
	t.Helper()
	var out strings.Builder
	for _, b := range r.tables {
		fmt.Fprintf(&out, "\n### %s\n\n", b.title)
		width := make([]int, len(b.rows[0]))
		for _, row := range b.rows {
			for i, cell := range row {
				width[i] = max(width[i], utf8.RuneCountInString(cell))
			}
		}
		for n, row := range b.rows {
			for i, cell := range row {
				fmt.Fprintf(&out, "| %-*s ", width[i], cell)
			}
			out.WriteString("|\n")
			if n == 0 {
				for _, w := range width {
					out.WriteString("|" + strings.Repeat("-", w+2))
				}
				out.WriteString("|\n")
			}
		}
		for _, note := range b.notes {
			fmt.Fprintf(&out, "\n%s\n", note)
		}
	}
	if _, err := os.Stdout.WriteString(out.String()); err != nil {
		t.Fatal(err)
	}
}

// goal marks what misses it.
func goal(text string, met bool) string {
	if !met {
		text += " (missed)"
	}
	return text
}

// quantile is the value below which a part of all are; all must not be empty.
func quantile[T int | float64 | time.Duration](all []T, part float64) T {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[min(int(part*float64(len(sorted))), len(sorted)-1)]
}

func median[T int | float64 | time.Duration](all []T) T { return quantile(all, 0.5) }

// ms writes a duration in milliseconds, if it is not a long one.
func ms(d time.Duration) string {
	v := float64(d) / float64(time.Millisecond)
	switch {
	case v < 20:
		return fmt.Sprintf("%.1f ms", v)
	case v < 5000:
		return fmt.Sprintf("%.0f ms", v)
	}
	return sec(d)
}

// sec writes a duration in seconds.
func sec(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

// span writes median and most of some durations.
func span(all []time.Duration, form func(time.Duration) string) (mid, most string) {
	return form(median(all)), form(slices.Max(all))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
