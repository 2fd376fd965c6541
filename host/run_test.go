package host_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

func sh(script string) spec.Command { return spec.Command{Argv: []string{"sh", "-c", script}} }

func TestRunGivesWhatTheCommandPrinted(t *testing.T) {
	for _, c := range []struct {
		name string
		cmd  spec.Command
		want spec.CommandResult
	}{
		{"both streams", sh("echo out; sleep 0.05; echo err >&2; exit 3"),
			spec.CommandResult{Code: 3, Stdout: "out\n", Stderr: "err\n", Last: []string{"out", "err"}}},
		{"no last newline", sh("printf 'a\\nb'"), spec.CommandResult{Stdout: "a\nb", Last: []string{"a", "b"}}},
		{"a line that is drawn again", sh(`printf 'Reading database ... 5%%\r'; printf 'Reading database ... 100%%\rdone.\r\n\nlast\r'; sleep 0.05; printf '\r\n'`),
			spec.CommandResult{Stdout: "Reading database ... 5%\rReading database ... 100%\rdone.\r\n\nlast\r\r\n", Last: []string{"done.", "", "last"}}},
		{"a line that is drawn again for long", sh(`i=0; while [ $i -lt 500 ]; do printf 'Get %d [............]\r' $i; i=$((i+1)); done | tee /dev/stderr >/dev/null; echo done >&2`),
			spec.CommandResult{Stderr: drawn(500) + "done\n", Last: []string{"done"}}},
		{"no shell", spec.Command{Argv: []string{"echo", "$HOME", "*", ";", "a  b"}}, spec.CommandResult{Stdout: "$HOME * ; a  b\n", Last: []string{"$HOME * ; a  b"}}},
		{"input", spec.Command{Argv: []string{"cat"}, Input: "x\n"}, spec.CommandResult{Stdout: "x\n", Last: []string{"x"}}},
		{"no input", sh("cat; echo end"), spec.CommandResult{Stdout: "end\n", Last: []string{"end"}}},
		{"a script", spec.Command{Argv: []string{"files/a b.sh", "x  y"}, Script: "#!/bin/sh -e\necho ${0##*/} \"$1\"\nfalse\necho not\n"},
			spec.CommandResult{Code: 1, Stdout: "a b.sh x  y\n", Last: []string{"a b.sh x  y"}}},
		{"a signal", sh("kill -9 $$"), spec.CommandResult{Code: 137}},
		{"environment", spec.Command{Argv: []string{"sh", "-c", "echo $A $LC_ALL $ARMONIC_X"}, Env: map[string]string{"A": "1"}},
			spec.CommandResult{Stdout: "1 C.UTF-8\n", Last: []string{"1 C.UTF-8"}}},
		{"directory", spec.Command{Argv: []string{"pwd"}, Dir: "/usr"}, spec.CommandResult{Stdout: "/usr\n", Last: []string{"/usr"}}},
		{"the root by default", spec.Command{Argv: []string{"pwd"}}, spec.CommandResult{Stdout: "/\n", Last: []string{"/"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("ARMONIC_X", "from the agent")
			var lines []string
			got, err := host.New("").Run(t.Context(), c.cmd, nil, func(s string) { lines = append(lines, s) })
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if !cmp.Equal(c.want.Last, lines) {
				t.Errorf("lines are %q", lines)
			}
		})
	}
}

func drawn(times int) string {
	var out strings.Builder
	for i := range times {
		fmt.Fprintf(&out, "Get %d [............]\r", i)
	}
	return out.String()
}

func TestRunPassesLinesOnWhileTheCommandRuns(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "go-on")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	// The command waits, after its first line, for what is written when that has come.
	_, err := host.New("").Run(t.Context(), sh("echo first; cat "+fifo), nil, func(s string) {
		if s == "first" {
			if err := os.WriteFile(fifo, []byte("go on\n"), 0o600); err != nil {
				t.Error(err)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestRunIsBounded(t *testing.T) {
	lines, longest := 0, 0
	got, err := host.New("").Run(t.Context(), sh("yes | head -c 5000000; head -c 1000000 /dev/zero"), nil, func(s string) {
		lines++
		longest = max(longest, len(s))
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Stdout) > 1<<20 || lines > 10001 || longest > 3*4096 || len(got.Last) != 20 {
		t.Errorf("kept %d bytes, passed on %d lines of up to %d bytes, %d last", len(got.Stdout), lines, longest, len(got.Last))
	}
}

func TestRunDoesOnlyWhatIsNeeded(t *testing.T) {
	dir := t.TempDir()
	touch := func(more spec.Command) spec.Command {
		more.Argv, more.Dir = []string{"touch", "made"}, dir
		return more
	}
	for i, c := range []struct {
		cmd     spec.Command
		skipped string
	}{
		{touch(spec.Command{Creates: "made"}), ""},
		{touch(spec.Command{Creates: "made"}), dir + "/made exists"},
		{touch(spec.Command{Creates: filepath.Join(dir, "made")}), dir + "/made exists"},
		{touch(spec.Command{Unless: []string{"test", "-e", "made"}}), "test says that there is nothing to do"},
		{touch(spec.Command{Unless: []string{"test", "-e", "other"}}), ""},
	} {
		got, err := host.New("").Run(t.Context(), c.cmd, nil, func(string) {})
		if err != nil || got.Skipped != c.skipped {
			t.Errorf("%d: skipped %q, %v", i, got.Skipped, err)
		}
	}
}

func TestRunSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		cmd  spec.Command
		kind spec.Kind
		msg  string
	}{
		{spec.Command{}, spec.Invalid, "empty"},
		{spec.Command{Argv: []string{"files/x"}, Script: "echo x"}, spec.Invalid, "files/x does not say what runs it"},
		{spec.Command{Argv: []string{"files/x"}, Script: "#!/no/such\n"}, spec.NotFound, "there is no program /no/such"},
		{spec.Command{Argv: []string{"no-such-program"}}, spec.NotFound, "there is no program no-such-program"},
		{spec.Command{Argv: []string{"/no/such"}}, spec.NotFound, "there is no program /no/such"},
		{spec.Command{Argv: []string{"true"}, Dir: "/no/such"}, spec.NotFound, "there is no directory /no/such"},
		{spec.Command{Argv: []string{"/etc/passwd"}}, spec.Failed, "permission denied"},
		{spec.Command{Argv: []string{"sleep", "60"}, Timeout: 20 * time.Millisecond}, spec.Timeout, "sleep did not end within 20ms"},
	} {
		_, err := host.New("").Run(t.Context(), c.cmd, nil, func(string) {})
		if spec.KindOf(err) != c.kind || !strings.Contains(fmt.Sprint(err), c.msg) {
			t.Errorf("%q: %v", c.cmd.Argv, err)
		}
	}
}

// A command that is stopped takes its children with it, also those that ignore
// being asked.
func TestRunEndsTheWholeGroup(t *testing.T) {
	for name, script := range map[string]string{
		"obedient":              "sleep 100 & echo $!; wait",
		"child that ignores it": "(trap '' TERM; sleep 100 >/dev/null 2>&1) & echo $!; wait",
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			child := 0
			_, err := host.New("").Run(ctx, sh(script), nil, func(s string) {
				fmt.Sscan(s, &child)
				cancel()
			})
			if spec.KindOf(err) != spec.Canceled || child == 0 {
				t.Fatalf("child %d: %v", child, err)
			}
			for range 1000 { // the kernel takes a moment
				if gone(child) {
					return
				}
				syscall.Select(0, nil, nil, nil, &syscall.Timeval{Usec: 10000})
			}
			t.Errorf("process %d still runs", child)
		})
	}
}

func gone(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return true
	}
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return strings.Contains(string(stat), ") Z ") // nobody waits for an orphan in a container
}

// A secret is taken out before a line of too many bytes is cut through it, and before
// what is kept is.
func TestSecretsAreHiddenBeforeAnythingIsCut(t *testing.T) {
	hide := new(value.Redactor)
	secret := value.Secret("correct horse battery staple")
	hide.Learn(secret)
	var seen []string
	fill := "head -c 4080 /dev/zero | tr '\\0' x"
	got, err := host.New("").Run(t.Context(), sh(fill+"; printf '%s\\n' '"+secret.Reveal()+"'; printf 'correct horse'; sleep 0.05; printf ' battery staple'; printf ' correct horse' >&2"), hide,
		func(s string) { seen = append(seen, s) })
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(append(seen, got.Last...), "\n")
	if strings.Contains(text, "correct h") || strings.Contains(text, "staple") || strings.Count(strings.Join(seen, "\n"), value.Hidden) != 3 {
		t.Errorf("seen is %q", text)
	}
	if !strings.HasSuffix(got.Stdout, secret.Reveal()+"\n"+secret.Reveal()) {
		t.Error("the output is not as it was printed")
	}
	got, err = host.New("").Run(t.Context(), sh("printf 'first\\n'; yes '"+secret.Reveal()+"' | head -c 2000000"), hide, func(string) {})
	if err != nil || !strings.HasSuffix(got.Stdout, secret.Reveal()+"\n") {
		t.Errorf("what is kept ends with %q, error %v", got.Stdout[max(0, len(got.Stdout)-40):], err)
	}
}
