package inprocess

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/modules/quarantine"
	"github.com/armonic/armonic/spec"
)

// memoryLimit is what modules may use that are only checked or tested, in MiB.
const memoryLimit = 1024

// childFolder is the environment variable that makes a process a child: a folder, in which it
// names the file of a module that it is loading or running.
const childFolder = "ARMONIC_MODULE_CHILD"

// InChild starts this program again with the same arguments, in a child process whose memory
// is limited. In the child, run does the work. Should the child die, failed reports of which
// file in the parent.
func InChild(c *cobra.Command, args []string, s output.Streams, run func(modules.Config) error, failed func(*spec.Error) error) error {
	if dir := os.Getenv(childFolder); dir != "" {
		return beChild(dir, s, run, failed)
	}
	dir, err := os.MkdirTemp("", "armonic-module-")
	if err != nil {
		return spec.Errorf(spec.Unavailable, "cannot start a process for the modules: %v", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	self, err := os.Executable()
	if err != nil {
		return spec.Errorf(spec.Unavailable, "cannot start a process for the modules: %v", err)
	}
	var said bytes.Buffer
	child := exec.CommandContext(c.Context(), self)
	child.Args = append([]string{"armonic"}, commandLine(c, args)...)
	child.Env = append(os.Environ(), childFolder+"="+dir, "GOTRACEBACK=none")
	child.Stdin, child.Stdout, child.Stderr = s.In, s.Out, &said
	err = child.Run()
	if c.Context().Err() != nil {
		return c.Context().Err()
	}
	file := quarantine.Loading(dir)
	var ended *exec.ExitError
	switch {
	case err != nil && file != "":
		return failed(&spec.Error{Kind: spec.Invalid, At: file, Msg: whyItDied(said.String()),
			Hint: "keep data small, or let a command of the host do it"})
	case errors.As(err, &ended) && ended.ExitCode() > 0:
		_, _ = s.Err.Write(said.Bytes())
		return output.Exit(ended.ExitCode(), nil)
	case err != nil:
		return spec.Errorf(spec.Internal, "cannot check the modules: %v: %s", err, strings.TrimSpace(said.String()))
	}
	_, _ = s.Err.Write(said.Bytes())
	return nil
}

// whyItDied reads what the runtime of Go wrote last. If the kernel refuses it memory it
// says so in several ways, and in its garbage collector it does not notice.
func whyItDied(said string) string {
	for _, words := range []string{"out of memory", "cannot allocate memory", "pthread_create failed", "SIGSEGV"} {
		if strings.Contains(said, words) {
			return "it needs more than " + strconv.Itoa(memoryLimit) + " MiB of memory"
		}
	}
	line, _, _ := strings.Cut(strings.TrimSpace(said), "\n")
	return "the process that ran it died: " + line
}

// beChild works within limits. What does not come to an end is reported, and ends the
// process.
func beChild(dir string, s output.Streams, run func(modules.Config) error, failed func(*spec.Error) error) error {
	if err := limitMemory(memoryLimit << 20); err != nil {
		return spec.Errorf(spec.Internal, "cannot limit the memory of modules: %v", err)
	}
	q, err := quarantine.Open(filepath.Clean(dir))
	if err != nil {
		return err
	}
	c := modules.Config{Marker: q, Monitor: &interp.Monitor{}}
	stop := WatchStuck(c.Monitor, StuckAfter, func(at string) {
		output.PrintError(s.Err, failed(&spec.Error{Kind: spec.Invalid, At: at, Msg: "time limit: it computes too long, without a step in which it could be ended",
			Hint: "keep data small and flat: a value that holds another many times over takes as long as all of them"}))
		_ = os.RemoveAll(dir) // it has been reported
		os.Exit(output.ExitFailed)
	})
	defer stop()
	return run(c)
}

// commandLine is what calls the command again.
func commandLine(c *cobra.Command, args []string) []string {
	out := strings.Fields(c.CommandPath())[1:]
	c.Flags().Visit(func(f *pflag.Flag) {
		if list, ok := f.Value.(pflag.SliceValue); ok {
			for _, x := range list.GetSlice() {
				out = append(out, "--"+f.Name+"="+x)
			}
			return
		}
		out = append(out, "--"+f.Name+"="+f.Value.String())
	})
	return append(append(out, "--"), args...)
}
