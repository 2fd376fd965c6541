package view

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"

	"github.com/armonic/armonic/spec"
)

// getSysctl gives the value of a setting of the kernel, nothing if it has no such.
func getSysctl(name string) (Object, error) {
	if err := CheckSysctl(name); err != nil {
		return Object{}, err
	}
	b, err := os.ReadFile(SysctlPath(name))
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ENOTDIR):
		return Object{}, nil
	case err != nil:
		return Object{}, spec.Errorf(spec.Failed, "cannot read the setting %s of the kernel: %v", name, unwrapped(err))
	}
	return SysctlValue(string(b)), nil
}

// putSysctl gives a setting a value, until the host boots.
func putSysctl(name string, o Object) error {
	if err := CheckSysctl(name); err != nil || o.Kind == Nothing {
		return err // what was no setting is none
	}
	err := os.WriteFile(SysctlPath(name), []byte(o.Content+"\n"), 0)
	if err == nil {
		return nil
	}
	e := spec.Errorf(spec.Failed, "cannot set %s to %q: %v", name, o.Content, unwrapped(err))
	switch {
	case errors.Is(err, unix.EINVAL):
		return e.WithHint("the kernel does not accept this value")
	case errors.Is(err, unix.EROFS) || errors.Is(err, unix.EACCES) || errors.Is(err, unix.EPERM):
		return e.WithHint("it cannot be set on this host: in a container many settings are those of the machine")
	}
	return e
}

// unwrapped is the error of the system alone, without the path.
func unwrapped(err error) error {
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		return e.Err
	}
	return err
}
