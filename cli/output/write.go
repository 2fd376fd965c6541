package output

import (
	"encoding/json"
	"fmt"
	"io"
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
