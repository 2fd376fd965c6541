package module

import (
	_ "embed"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
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
	var dir, from string
	c := &cobra.Command{
		Use:   "new NAME",
		Short: "Write the beginning of a module, with a test",
		Long: `Write the beginning of a module for the lifecycle NAME, with comments that say what to
change, and a test of it. Both pass as they are. A file that exists is never overwritten.
With --from it is the text of one of the services that come with armonic, under the new name.`,
		Example: "  armonic module new Blog\n  armonic module new MyNginx --from nginx",
		RunE: func(_ *cobra.Command, args []string) error {
			name := args[0]
			if !modules.IsName(name) {
				return spec.Errorf(spec.Invalid, "%q cannot be the name of a lifecycle", name).
					WithHint("letters, digits, '_' and '-', beginning with a letter: it becomes part of paths")
			}
			base := filepath.Join(dir, strings.ToLower(name))
			files := []newFile{{base + ".star", strings.ReplaceAll(skeleton, "NAME", name)}, {base + "_test.star", strings.ReplaceAll(skeletonTest, "NAME", name)}}
			if from != "" {
				var err error
				if files, err = copyOf(from, name, dir); err != nil {
					return err
				}
			}
			for _, f := range files {
				if _, err := os.Lstat(f.name); !errors.Is(err, fs.ErrNotExist) {
					return spec.Errorf(spec.Invalid, "cannot write %s: it exists", f.name).WithHint("take another name, or --dir DIR")
				}
			}
			for _, f := range files {
				if err := writeNew(f.name, f.text); err != nil {
					return err
				}
				output.Printf(s.Out, "wrote %s\n", f.name)
			}
			return nil
		},
	}
	c.Flags().StringVar(&dir, "dir", ".", "write into `DIR`")
	c.Flags().StringVar(&from, "from", "", "begin with the text of the `SERVICE` that comes with armonic")
	_ = c.RegisterFlagCompletionFunc("from", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) { // the flag is there
		set, err := modules.Config{}.Load(modules.ServicesSource())
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return set.Names(), cobra.ShellCompDirectiveNoFileComp
	})
	return c
}

type newFile struct{ name, text string }

// copyOf is a service that comes with armonic, under another name, with its tests and the
// files beside it and in lib/ that it names.
func copyOf(service, name, dir string) ([]newFile, error) {
	set, err := modules.Config{}.Load(modules.ServicesSource())
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(set.Names(), func(n string) bool { return strings.EqualFold(n, service) })
	if i < 0 {
		return nil, spec.Errorf(spec.NotFound, "no service %q comes with armonic", service).WithHint("there are %s", strings.Join(set.Names(), ", "))
	}
	l, source := set.Lifecycles[i], modules.ServicesSource()
	file := path.Base(modules.FileOf(l.Source))
	text, err := fs.ReadFile(source.FS, file)
	if err != nil {
		return nil, err
	}
	renamed := func(text []byte) string {
		return strings.NewReplacer(`"`+l.Name+`"`, `"`+name+`"`, "//"+l.Name+"/", "//"+name+"/", `"`+l.Name+"/", `"`+name+"/").Replace(string(text))
	}
	base := strings.ToLower(name)
	out := []newFile{{filepath.Join(dir, base+".star"), renamed(text)}}
	if test, err := fs.ReadFile(source.FS, strings.TrimSuffix(file, ".star")+"_test.star"); err == nil {
		out = append(out, newFile{filepath.Join(dir, base+"_test.star"), renamed(test)})
	}
	all, err := source.All()
	for _, other := range all {
		if !strings.Contains(string(text), `"`+other+`"`) && !strings.Contains(string(text), `"//`+other+`"`) {
			continue
		}
		b, readErr := fs.ReadFile(source.FS, other)
		err = errors.Join(err, readErr)
		out = append(out, newFile{filepath.Join(dir, filepath.FromSlash(other)), string(b)})
	}
	return out, err
}

// writeNew writes a file that must not exist.
func writeNew(name, text string) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return spec.Errorf(spec.Invalid, "cannot write the module: %v", err)
	}
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
