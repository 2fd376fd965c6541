package journal_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"
	"testing"

	"github.com/armonic/armonic/journal"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

func itoa(n int) string { return strconv.Itoa(n) }

// The test binary is also a program that does one thing with a journal.
func TestMain(m *testing.M) {
	if what := os.Getenv("JOURNAL_TEST"); what != "" {
		path := os.Getenv("JOURNAL_PATH")
		os.Exit(map[string]func() int{
			"open": func() int { return openOnly(path) },
			"fill": func() int { return fill(path) },
			"all":  func() int { return act(path, (*agent).all) },
			"look": func() int { return act(path, nil) },
			"on":   func() int { return act(path, (*agent).on) },
			"back": func() int { return act(path, (*agent).back) },
		}[what]())
	}
	os.Exit(m.Run())
}

// child runs this binary as that program, and gives what it printed.
func child(t *testing.T, what, path string) string {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), "JOURNAL_TEST="+what, "JOURNAL_PATH="+path)
	out, err := c.CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v\n%s", what, err, out)
	}
	return string(out)
}

func openOnly(path string) int {
	if os.Getuid() == 0 {
		if err := errors.Join(syscall.Setgid(65534), syscall.Setuid(65534)); err != nil {
			fmt.Println(err)
			return 1
		}
	}
	_, err := journal.Open(path, journal.Options{})
	fmt.Println(err, spec.KindOf(err), "hint:", spec.HintOf(err))
	return 0
}

// fill records calls until the file may not grow any more, says what that gave, and
// goes on when there is room again.
func fill(path string) int {
	signal.Ignore(syscall.SIGXFSZ)
	j, err := journal.Open(path, journal.Options{})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	limit := func(n uint64) {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: n, Max: syscall.RLIM_INFINITY & (1<<63 - 1)}); err != nil {
			fmt.Println(err)
		}
	}
	limit(100 << 10)
	called := func(name string) error {
		return j.End("Web", lifecycle.Outcome{Called: &spec.Called{State: "On", Provide: name, Returns: make([]any, 500)}})
	}
	n := 0
	for err = nil; err == nil && n < 1000; n++ {
		err = called(fmt.Sprint("call ", n))
	}
	fmt.Println(err, "hint:", spec.HintOf(err))
	rec, err := j.Load("Web")
	if err != nil || rec.Calls[len(rec.Calls)-1].Provide != fmt.Sprint("call ", n-2) {
		fmt.Println("cannot read what was recorded before:", n, err, rec.Calls[len(rec.Calls)-1].Provide)
		return 1
	}
	limit(1 << 30)
	if err := called("after"); err != nil {
		fmt.Println("with room again:", err)
		return 1
	}
	return 0
}
