package view

import (
	"path/filepath"
	"strings"
)

// RemovalScripts reports whether a package that is there has scripts that run when it goes.
func (Real) RemovalScripts(name string) bool {
	name, _, _ = strings.Cut(name, ":")
	for _, pattern := range []string{name + ".p*rm", name + ":*.p*rm"} { // prerm, postrm
		if found, _ := filepath.Glob(filepath.Join(dpkgInfo, pattern)); len(found) > 0 {
			return true
		}
	}
	return false
}
