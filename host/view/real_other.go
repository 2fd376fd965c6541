//go:build !linux

package view

import (
	"runtime"

	"github.com/armonic/armonic/spec"
)

// Real is this machine, whose files can be changed on Linux only.
type Real struct{}

// Get refuses.
func (Real) Get(string) (Object, error) { return Object{}, unsupported() }

// List refuses.
func (Real) List(string) ([]string, error) { return nil, unsupported() }

// Put refuses.
func (Real) Put(string, Object) error { return unsupported() }

// Self is nobody.
func (Real) Self() (owner, group string) { return "", "" }

func unsupported() error {
	return spec.Errorf(spec.Unavailable, "files cannot be changed on %s", runtime.GOOS).WithHint("run the agent on Linux")
}
