package op

import (
	"context"
	"regexp"
	"strings"
	"sync"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/spec"
)

// augeasOperation wants nodes of a file to have values, as a lens of Augeas reads it.
type augeasOperation struct{ edit view.AugeasEdit }

func augeas() Definition {
	return Definition{
		Name: "augeas", Required: 3,
		Doc: "Settings of a file in a form that Augeas knows, by its program augtool, of the package augeas-tools: all else of the file stays. " +
			"Where a setting belongs, and how it is quoted, the lens knows. On a simulated host each becomes a line.",
		Params: []Param{
			{Name: "path", Doc: "Where the file is; it is made if it is missing."},
			{Name: "lens", Doc: "The lens: \"Shellvars.lns\"."},
			{Name: "set", Type: Pairs, Secret: true, Doc: "Values, by their paths below that of the file: {\"STARTUP_ENABLED\": \"Yes\"}, in the order in which they are set."},
		},
		New: func(a Arguments) (Operation, error) {
			p, err := a.path("path")
			if err != nil {
				return nil, err
			}
			o := augeasOperation{view.AugeasEdit{Path: p, Lens: a["lens"]}}
			switch {
			case !augeasLens().MatchString(o.edit.Lens):
				return nil, spec.Errorf(spec.Invalid, "%q is no lens", o.edit.Lens).WithHint("the name of a module and its lens, such as Shellvars.lns")
			case strings.ContainsAny(p, "*?[]\\\"' \t\n"):
				return nil, spec.Errorf(spec.Invalid, "Augeas takes %q for a pattern", p)
			case a["set"] == "":
				return nil, spec.Errorf(spec.Invalid, "nothing is set in %s", p)
			}
			for key, value := range a.pairs("set") {
				if key == "" || strings.ContainsAny(key, "\"\\\n") || strings.HasPrefix(key, "/") {
					return nil, spec.Errorf(spec.Invalid, "%q is no path below that of a file", key).WithHint("without a slash at its beginning, and with single quotes: rule[. = 'x']/port")
				}
				o.edit.Set = append(o.edit.Set, view.AugeasSetting{Path: key, Value: value})
			}
			return o, nil
		},
	}
}

//nolint:gochecknoglobals // it does not change, and is compiled when it is used first
var augeasLens = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Z][A-Za-z0-9_]*\.[a-z][A-Za-z0-9_]*$`)
})

// Plan says what would change.
func (o augeasOperation) Plan(ctx context.Context, v view.View) ([]Change, error) {
	return planPart(v, o.edit.Path, func(content string) (string, error) {
		e := o.edit
		e.Content = content
		return v.Augeas(ctx, e)
	})
}
