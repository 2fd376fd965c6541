package module

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/bazelbuild/buildtools/build"
	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/spec"
)

func newFmt(s output.Streams) *cobra.Command {
	var check bool
	c := &cobra.Command{
		Use:   "fmt [DIR]",
		Short: "Format modules",
		Long: `Format the files *.star in DIR (by default here), a folder or one file, and list those that
change. Nothing but white space and quotes changes.`,
		Example: "  armonic module fmt\n  armonic module fmt --check",
	}
	c.Flags().BoolVar(&check, "check", false, "list what would change, change nothing, and end with 1 if there is anything")
	var form output.Format
	form.Register(c)
	c.RunE = func(_ *cobra.Command, args []string) error {
		dir := "."
		if len(args) > 0 {
			dir = args[0]
		}
		files, err := starFiles(dir)
		if err != nil {
			return err
		}
		changed := []string{}
		var wrong []*spec.Error
		for _, name := range files {
			differs, err := format(name, check)
			var e *spec.Error
			switch {
			case errors.As(err, &e):
				wrong = append(wrong, e)
			case err != nil:
				return err
			case differs:
				changed = append(changed, name)
			}
		}
		var failed error
		if len(wrong) > 0 || check && len(changed) > 0 {
			failed = output.Exit(output.ExitFailed, nil)
		}
		if form.JSON() {
			if err := output.WriteJSON(s.Out, struct {
				OK      bool      `json:"ok"`
				Changed []string  `json:"changed"`
				Errors  []finding `json:"errors"`
			}{failed == nil, changed, findings(wrong)}); err != nil {
				return err
			}
			return failed
		}
		for _, name := range changed {
			output.Printf(s.Out, "%s\n", name)
		}
		for _, e := range wrong {
			output.Printf(s.Err, "armonic: %s\n", e.Error())
		}
		return failed
	}
	return c
}

func starFiles(dir string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && p != dir && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case !d.IsDir() && strings.HasSuffix(p, ".star"):
			out = append(out, p)
		}
		return nil
	})
	if err != nil {
		return nil, spec.Errorf(spec.NotFound, "cannot read %s: %v", dir, err).WithHint("name a folder of *.star files, or one such file")
	}
	return out, nil
}

// format formats a file, or only says whether it would change.
func format(name string, check bool) (differs bool, err error) {
	text, err := spec.ReadText(name)
	if err != nil {
		return false, &spec.Error{Kind: spec.Invalid, At: name, Msg: "cannot read it", Err: err}
	}
	f, err := build.ParseDefault(name, text)
	if err != nil {
		var pe build.ParseError
		if errors.As(err, &pe) {
			return false, &spec.Error{Kind: spec.Invalid, At: fmt.Sprintf("%s:%d:%d", name, pe.Pos.Line, pe.Pos.LineRune), Msg: pe.Message}
		}
		return false, &spec.Error{Kind: spec.Invalid, At: name, Msg: err.Error()}
	}
	formatted := build.FormatWithoutRewriting(f)
	if bytes.Equal(text, formatted) {
		return false, nil
	}
	if check {
		return true, nil
	}
	return true, renameio.WriteFile(name, formatted, 0o644, renameio.WithExistingPermissions())
}
