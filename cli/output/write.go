package output

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// WriteJSON writes one value and a newline.
func WriteJSON(w io.Writer, x any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(x); err != nil {
		return WriteError(err)
	}
	return nil
}

// WriteError says that nobody reads the output, or that it has no room: the command line
// is not wrong.
func WriteError(err error) error {
	return Exit(ExitFailed, fmt.Errorf("cannot write the output: %w", err))
}

// Detail writes an indented line of a long listing, if there is anything to say.
func Detail(w io.Writer, name, text string) {
	if text != "" {
		_, _ = fmt.Fprintf(w, "    %s: %s\n", name, Clean(text))
	}
}

// Streams are where a command reads and writes.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// Clean makes control characters of a module's text harmless to the terminal.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return '·'
		}
		return r
	}, s)
}

// Table writes rows in columns below their names.
func Table(w io.Writer, columns []string, rows [][]string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, strings.Join(columns, "\t"))
	for _, row := range rows {
		for i, cell := range row {
			row[i] = Clean(strings.ReplaceAll(cell, "\t", " "))
		}
		_, _ = fmt.Fprintln(t, strings.Join(row, "\t"))
	}
	if err := t.Flush(); err != nil {
		return WriteError(err)
	}
	return nil
}
