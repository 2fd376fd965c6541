package task

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/armonic/armonic/cli/find"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/spec"
)

// doAll does the task on several hosts at once. Nothing is done anywhere unless all
// is right everywhere.
func (t *task) doAll(ctx context.Context, targets []spec.Path) error {
	tasks := make([]*task, len(targets))
	var out sync.Mutex
	for i := range targets {
		one := *t
		one.Out = &lines{out: t.Out, mu: &out}
		tasks[i] = &one
	}
	problems := make([][]spec.Problem, len(tasks))
	errs := inParallel(len(tasks), func(i int) (err error) {
		problems[i], err = tasks[i].prepare(ctx, targets[i])
		return err
	})
	if err := onHosts(targets, errs); err != nil {
		return err
	}
	var all []spec.Problem
	for _, p := range problems {
		all = append(all, p...)
	}
	switch {
	case t.check:
		return t.checked(all)
	case len(all) > 0:
		return output.WrongAnswers(output.ExitAnswers, all)
	case t.dryRun:
		for i, one := range tasks {
			if err := one.preview(ctx, targets[i]); err != nil {
				return err
			}
		}
		return nil
	}
	return onHosts(targets, inParallel(len(tasks), func(i int) error { return tasks[i].execute(ctx, targets[i]) }))
}

// inParallel calls fn for 0 to n-1, many at once, and gives what each returned.
func inParallel(n int, fn func(i int) error) []error {
	errs := make([]error, n)
	slots := make(chan struct{}, find.AskedAtOnce) // full: the next waits for a slot
	var wg sync.WaitGroup
	for i := range n {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			errs[i] = fn(i)
		})
	}
	wg.Wait()
	return errs
}

// onHosts makes one error of those of several hosts. Its code is that of the first.
func onHosts(targets []spec.Path, errs []error) error {
	var texts []string
	var first error
	for i, err := range errs {
		if err == nil {
			continue
		}
		if first == nil {
			first = err
		}
		if !errors.Is(err, output.ErrPrinted) {
			texts = append(texts, fmt.Sprintf("%s: %v", targets[i].Host(), err))
		}
	}
	switch len(texts) {
	case 0:
		return first
	case 1:
		if len(errs) == 1 {
			return first
		}
	}
	return output.Exit(output.ExitCode(first), spec.Errorf(spec.KindOf(first), "%s", strings.Join(texts, "\n")).WithHint("%s", spec.HintOf(first)))
}

// lines writes whole lines, so that those of several writers do not mix.
type lines struct {
	out io.Writer
	mu  *sync.Mutex // of out
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.buf.Write(p)
	end := bytes.LastIndexByte(l.buf.Bytes(), '\n') + 1
	if end == 0 {
		return len(p), nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := l.out.Write(l.buf.Next(end))
	return len(p), err
}
