package module

import (
	_ "embed"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
)

//go:embed skeleton.txt
var skeleton string

//go:embed skeleton_test.txt
var skeletonTest string

func newNew(s output.Streams) *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:   "new NAME",
		Short: "Write the beginning of a module, with a test",
		Long: `Write the beginning of a module for the lifecycle NAME, with comments that say what to
change, and a test of it. Both pass as they are. A file that exists is never overwritten.`,
		Example: "  armonic module new Blog",
		RunE: func(_ *cobra.Command, args []string) error {
			name := args[0]
			if !modules.IsName(name) {
				return spec.Errorf(spec.Invalid, "%q cannot be the name of a lifecycle", name).
					WithHint("letters, digits, '_' and '-', beginning with a letter: it becomes part of paths")
			}
			base := filepath.Join(dir, strings.ToLower(name))
			files := []struct{ name, text string }{{base + ".star", skeleton}, {base + "_test.star", skeletonTest}}
			for _, f := range files {
				if _, err := os.Lstat(f.name); !errors.Is(err, fs.ErrNotExist) {
					return spec.Errorf(spec.Invalid, "cannot write %s: it exists", f.name).WithHint("take another name, or --dir DIR")
				}
			}
			for _, f := range files {
				if err := writeNew(f.name, strings.ReplaceAll(f.text, "NAME", name)); err != nil {
					return err
				}
				output.Printf(s.Out, "wrote %s\n", f.name)
			}
			return nil
		},
	}
	c.Flags().StringVar(&dir, "dir", ".", "write into `DIR`")
	return c
}

// writeNew writes a file that must not exist.
func writeNew(name, text string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err == nil {
		_, err = f.WriteString(text)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return spec.Errorf(spec.Invalid, "cannot write the module: %v", err)
	}
	return nil
}
