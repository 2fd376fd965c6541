package host

import (
	"errors"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/armonic/armonic/spec"
)

// scriptOf puts the script of a command into a file of its own, which done removes, and gives
// what runs it: the program of its first line, so that the file need not be executable where
// it lies. A command without a script stays as it is.
func scriptOf(c spec.Command) (argv []string, done func(), err error) {
	done = func() {}
	if c.Script == "" {
		return c.Argv, done, nil
	}
	first, _, _ := strings.Cut(c.Script, "\n")
	line, ok := strings.CutPrefix(strings.TrimRight(first, "\r"), "#!")
	program, option, _ := strings.Cut(strings.TrimSpace(line), " ")
	if !ok || !path.IsAbs(program) {
		return nil, done, spec.Errorf(spec.Invalid, "%s does not say what runs it", c.Argv[0]).WithHint("its first line names the program: #!/bin/sh")
	}
	dir, err := os.MkdirTemp("", "armonic-script-")
	if err != nil {
		return nil, done, spec.Errorf(spec.Failed, "cannot put %s where it can be run: %v", c.Argv[0], err)
	}
	done = func() { _ = os.RemoveAll(dir) } // what is left there is temporary
	file := filepath.Join(dir, path.Base(c.Argv[0]))
	err = os.WriteFile(file, []byte(c.Script), 0o600)
	if err == nil && c.User != "" { // it runs as another user, who must be able to read it
		err = errors.Join(os.Chmod(dir, 0o711), os.Chmod(file, 0o644)) //nolint:gosec // it is the module's, and no secret
	}
	if err != nil {
		done()
		return nil, func() {}, spec.Errorf(spec.Failed, "cannot put %s where it can be run: %v", c.Argv[0], err)
	}
	argv = []string{program}
	if option = strings.TrimSpace(option); option != "" {
		argv = append(argv, option)
	}
	return append(append(argv, file), c.Argv[1:]...), done, nil
}
