package cli_test

import (
	"bytes"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"github.com/armonic/armonic/cli"
)

// watcher calls do once, when text has been written to it.
type watcher struct {
	bytes.Buffer
	text string
	do   func()
}

func (w *watcher) Write(p []byte) (int, error) {
	n, err := w.Buffer.Write(p)
	if w.do != nil && strings.Contains(w.String(), w.text) {
		w.do()
		w.do = nil
	}
	return n, err
}

// TestInterruptStopsTheRun interrupts a run whose step would take an hour, from the
// keyboard, from outside, and by closing the terminal.
func TestInterruptStopsTheRun(t *testing.T) {
	for _, tt := range []struct {
		sig                 syscall.Signal
		format, begun, want string
	}{
		{syscall.SIGINT, "plain", "enter Installed", "NOT DONE, /web1/WebServer is at NotInstalled"},
		{syscall.SIGINT, "json", `"step-started"`, `"ok":false`},
		{syscall.SIGTERM, "plain", "enter Installed", "NOT DONE, /web1/WebServer is at NotInstalled"},
		{syscall.SIGHUP, "plain", "enter Installed", "NOT DONE, /web1/WebServer is at NotInstalled"},
	} {
		t.Run(tt.sig.String()+" "+tt.format, func(t *testing.T) {
			if signal.Ignored(tt.sig) {
				t.Log("the signal is ignored here, as by nohup, and stays so: there is nothing to interrupt")
				return
			}
			out := &watcher{text: tt.begun, do: func() {
				if err := syscall.Kill(os.Getpid(), tt.sig); err != nil {
					t.Error(err)
				}
			}}
			args := []string{"state-goto", "//WebServer/Active", "--demo", "--demo-pace", "1h", "-J", "web1", "-o", tt.format}
			code := cli.Run(args, cli.Streams{In: strings.NewReader(""), Out: out, Err: t.Output()})
			if code != 130 || !strings.Contains(out.String(), tt.want) {
				t.Errorf("ended with %d, want 130, and\n%s\nwithout %q", code, out, tt.want)
			}
		})
	}
}
