package view

import (
	"context"
	"os"
	"path"

	"github.com/armonic/armonic/spec"
)

// Augeas has augtool change a copy of a file, in a directory that stands for the root.
func (r Real) Augeas(ctx context.Context, e AugeasEdit) (string, error) {
	root, err := os.MkdirTemp("", "armonic-augeas-")
	if err != nil {
		return "", spec.Errorf(spec.Failed, "cannot use Augeas: %v", err)
	}
	defer func() { _ = os.RemoveAll(root) }() // what stays is in a temporary directory
	if err := os.MkdirAll(root+path.Dir(e.Path), 0o700); err != nil {
		return "", spec.Errorf(spec.Failed, "cannot use Augeas: %v", err)
	}
	if e.Content != "" {
		if err := os.WriteFile(root+e.Path, []byte(e.Content), 0o600); err != nil {
			return "", spec.Errorf(spec.Failed, "cannot use Augeas: %v", err)
		}
	}
	if r.Run == nil {
		return "", spec.Errorf(spec.Unavailable, "cannot run augtool here")
	}
	res, err := r.Run(ctx, spec.Command{Argv: []string{"augtool", "--noautoload", "--root", root, "--transform", e.Lens + " incl " + e.Path},
		Input: e.script(), Env: map[string]string{"HOME": root}}) // it writes what it was told below its home
	if spec.KindOf(err) == spec.NotFound {
		return "", spec.Errorf(spec.NotFound, "there is no augtool on this host").WithHint("ctx.host.packages(%q) brings it", augeasPackage)
	}
	if err == nil {
		err = e.fault(res.Code, res.Stdout, res.Stderr)
	}
	if err != nil {
		return "", err
	}
	b, err := os.ReadFile(root + e.Path)
	if err != nil {
		return "", spec.Errorf(spec.Failed, "Augeas has not written %s", e.Path)
	}
	return string(b), nil
}
