//go:build !linux

package view

import (
	"context"
	"runtime"
	"time"

	"github.com/armonic/armonic/spec"
)

// Real is this machine, which can be changed on Linux only.
type Real struct {
	Run      func(ctx context.Context, c spec.Command) (spec.CommandResult, error)
	Say      func(text string)
	State    string
	LockWait time.Duration
}

// Get refuses.
func (Real) Get(string) (Object, error) { return Object{}, unsupported() }

// List refuses.
func (Real) List(string) ([]string, error) { return nil, unsupported() }

// Put refuses.
func (Real) Put(context.Context, ...Named) ([]Named, error) { return nil, unsupported() }

// Solve refuses.
func (Real) Solve(context.Context, Request) ([]Named, error) { return nil, unsupported() }

// Act refuses.
func (Real) Act(context.Context, Verb, string) error { return unsupported() }

// Augeas refuses.
func (Real) Augeas(context.Context, AugeasEdit) (string, error) { return "", unsupported() }

// Validate refuses.
func (Real) Validate(context.Context, []string, ...Named) (string, error) { return "", unsupported() }

// Self is nobody.
func (Real) Self() (owner, group string) { return "", "" }

func unsupported() error {
	return spec.Errorf(spec.Unavailable, "files cannot be changed on %s", runtime.GOOS).WithHint("run the agent on Linux")
}
