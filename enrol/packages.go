package enrol

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
)

// Package is a Debian package that is installed on hosts instead of a program and a unit.
type Package struct {
	Name, Arch string
	file       string // without its folder
	content    []byte
}

// agentPackage is the one that has the unit.
const agentPackage = "armonic-agent"

// OpenPackage reads a package, called NAME_VERSION_ARCH.deb.
func OpenPackage(file string) (*Package, error) {
	m := regexp.MustCompile(`^([a-z0-9][a-z0-9.+-]*)_[A-Za-z0-9.+~-]+_([a-z0-9]+)\.deb$`).FindStringSubmatch(filepath.Base(file))
	if m == nil {
		return nil, spec.Errorf(spec.Invalid, "%s is not called as packages are", file).WithHint("NAME_VERSION_ARCHITECTURE.deb, as make deb calls them")
	}
	text, err := spec.ReadBinary(file)
	if err != nil {
		return nil, spec.Errorf(spec.Invalid, "cannot read the package: %v", err)
	}
	if !bytes.HasPrefix(text, []byte("!<arch>\ndebian-binary")) {
		return nil, spec.Errorf(spec.Invalid, "%s is no Debian package", file)
	}
	return &Package{Name: m[1], Arch: m[2], file: m[0], content: text}, nil
}

// packagesFor are those of a host's processor; without any given there are none.
func packagesFor(f Facts, all []*Package) ([]*Package, error) {
	if len(all) == 0 {
		return nil, nil
	}
	arch := ""
	for _, names := range machines {
		if slices.Contains(names, f.Machine) {
			arch = names[min(1, len(names)-1)]
		}
	}
	var out []*Package
	for _, p := range all {
		if p.Arch == arch || p.Arch == "all" {
			out = append(out, p)
		}
	}
	if !slices.ContainsFunc(out, func(p *Package) bool { return p.Name == agentPackage }) {
		return nil, spec.Errorf(spec.Invalid, "its processor is %s, and no package %s here is for it", f.Machine, agentPackage).
			WithHint("make deb ARCH=%s makes two: --deb armonic_….deb --deb %s_….deb", arch, agentPackage)
	}
	return out, nil
}

// installPackages is the change that installs them. The settings come after them: a package starts
// nothing that is not configured.
func installPackages(all []*Package) Change {
	names := make([]string, len(all))
	for i, p := range all {
		names[i] = p.file
	}
	return Change{"install " + strings.Join(names, ", "), func(ctx context.Context, s *Shell) error {
		dir, err := s.Run(ctx, "mktemp -d /var/tmp/armonic.XXXXXX", nil)
		if err != nil {
			return err
		}
		dir = strings.TrimSpace(dir)
		for _, p := range all {
			if err := s.Put(ctx, dir+"/"+p.file, "644", p.content); err != nil {
				return err
			}
		}
		script := fmt.Sprintf("export DEBIAN_FRONTEND=noninteractive; cd %s && apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-confold ./*.deb >/dev/null; s=$?; rm -r %[1]s; exit $s", dir)
		if _, err := s.Run(ctx, script, nil); err != nil {
			return fmt.Errorf("cannot install the packages: %w", err)
		}
		return nil
	}}
}
