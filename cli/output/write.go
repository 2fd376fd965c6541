package output

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/armonic/armonic/value"
)

// WriteJSON writes one value, in ASCII, and a newline.
func WriteJSON(w io.Writer, x any) error {
	text, err := value.JSON(x)
	if err == nil {
		_, err = io.WriteString(w, text+"\n")
	}
	if err != nil {
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
		Printf(w, "    %s: %s\n", name, text)
	}
}

// Table writes rows in columns below their names.
func Table(w io.Writer, columns []string, rows [][]string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = io.WriteString(t, strings.Join(columns, "\t")+"\n")
	for _, row := range rows {
		for i, cell := range row {
			row[i] = value.OneLine(cell)
		}
		_, _ = io.WriteString(t, strings.Join(row, "\t")+"\n")
	}
	if err := t.Flush(); err != nil {
		return WriteError(err)
	}
	return nil
}
