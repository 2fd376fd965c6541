package enrol

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Shell is a root shell on a host: one process, whose input are scripts, each with what it
// reads. So a person logs in once, and no secret is on a command line.
type Shell struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	said said
}

// loop answers each line of two sizes, those of a script and its input, with what the script
// ended with and what it printed, in base64. It is quoted by ' and so cannot have one; and it
// is one line, as not every login shell can pass on more. What precedes the line "armonic" is
// not for it: the password of sudo, if sudo did not want one.
const loop = `export LC_ALL=C ARMONIC_SSH="$0" PATH="$PATH:/usr/sbin:/sbin"; ` +
	`while read -r l && test "$l" != armonic; do :; done; echo armonic; ` +
	`while read -r t d; do s=$(head -c "$t"; echo .); test "${#s}" = "$((t + 1))" || exit; ` + // half a script would do something else
	`o=$(head -c "$d" | { sh -c "${s%.}" 2>&1; r=$?; cat >/dev/null; exit $r; }); ` +
	`echo $? $(printf %s "$o" | base64); done`

// SSH says how hosts are logged in to.
type SSH struct {
	Command  []string     // the program and its options
	Batch    bool         // nobody can be asked anything
	Sudo     bool         // sudo asks for Password
	Password value.Secret // of sudo
}

// Open logs in to a host and becomes root there.
func (c SSH) Open(ctx context.Context, t Target) (*Shell, error) {
	sudo := "sudo -n"
	if c.Sudo {
		sudo = `sudo -S -p ""`
	}
	remote := `sh -c 'if test "$(id -u)" = 0; then exec sh -c "$0" "$SSH_CONNECTION"; fi; exec ` + sudo + ` -- sh -c "$0" "$SSH_CONNECTION"' '` + loop + `'`
	args := slices.Concat(c.Command[1:], []string{"-T", "-o", "ConnectTimeout=20", "-o", "ServerAliveInterval=15"})
	if c.Batch {
		args = append(args, "-o", "BatchMode=yes")
	}
	var first string
	if c.Sudo {
		first = c.Password.Reveal() + "\n\n\n" // it asks up to three times
	}
	s, err := start(ctx, exec.CommandContext(ctx, c.Command[0], append(args, "--", t.SSH, remote)...), first)
	if err != nil {
		return nil, explain(err, t)
	}
	return s, nil
}

// Here is a shell on this host, of who calls it.
func Here(ctx context.Context) (*Shell, error) {
	return start(ctx, exec.CommandContext(ctx, "sh", "-c", loop, ""), "")
}

// endTime is for a shell to end that has nothing more to do.
const endTime = 5 * time.Second

func start(ctx context.Context, cmd *exec.Cmd, first string) (*Shell, error) {
	s := &Shell{cmd: cmd}
	cmd.Stderr, cmd.WaitDelay = &s.said, endTime
	out, err := cmd.StdoutPipe()
	if err == nil {
		s.in, err = cmd.StdinPipe()
	}
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, spec.Errorf(spec.Invalid, "cannot start %s: %v", cmd.Path, why(err)).WithHint("install it, or name another with --ssh")
	}
	s.out = bufio.NewReader(out)
	_, err = io.WriteString(s.in, first+"armonic\n")
	for line := ""; err == nil && line != "armonic\n"; { // login scripts may print something
		line, err = s.out.ReadString('\n')
	}
	if err != nil {
		return nil, s.broken(ctx, err)
	}
	return s, nil
}

// broken is that a shell has ended, and what it said.
func (s *Shell) broken(ctx context.Context, err error) error {
	s.Close()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	text := s.said.String()
	if text == "" && (errors.Is(err, io.EOF) || errors.Is(err, syscall.EPIPE)) {
		text = "the connection ended, and nothing was said"
	} else if text == "" {
		text = spec.SystemError(err).Error()
	}
	return spec.Errorf(spec.Unavailable, "%s", text)
}

// why is the reason that a program could not be started.
func why(err error) error {
	if errors.Is(err, exec.ErrNotFound) {
		return errors.New("there is no such program")
	}
	return spec.SystemError(err)
}

// Run runs a script as root and gives what it prints. The error is of kind Failed if the
// script fails, and then has what it printed.
func (s *Shell) Run(ctx context.Context, script string, input []byte) (string, error) {
	var head bytes.Buffer
	head.WriteString(strconv.Itoa(len(script)) + " " + strconv.Itoa(len(input)) + "\n" + script)
	_, err := s.in.Write(head.Bytes())
	if err == nil {
		_, err = s.in.Write(input)
	}
	line := ""
	if err == nil {
		line, err = s.out.ReadString('\n')
	}
	if err != nil {
		return "", s.broken(ctx, err)
	}
	code, text, _ := strings.Cut(strings.TrimSpace(line), " ")
	printed, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(text, " ", "")) // it was in lines
	if err != nil {
		return "", spec.Errorf(spec.Protocol, "the shell answers oddly: %.80q", line)
	}
	if code != "0" {
		err := spec.Errorf(spec.Failed, "%s", lastLine(string(printed), "it ended with "+code))
		if strings.Contains(string(printed), "No space left on device") {
			return string(printed), err.WithHint("make room there, then say this again")
		}
		return string(printed), err
	}
	return string(printed), nil
}

// Put writes a file, whole or not at all.
func (s *Shell) Put(ctx context.Context, name string, mode string, content []byte) error {
	folder := name[:strings.LastIndexByte(name, '/')]
	script := fmt.Sprintf(`mkdir -p -m 755 %s && cat >$f && test "$(wc -c <$f)" -eq %d && chmod %s $f`, folder, len(content), mode)
	if err := s.replace(ctx, name, script, content); err != nil {
		return fmt.Errorf("cannot write %s: %w", name, err)
	}
	return nil
}

// replace puts the file $f in the place of another if a script has made it of its input. The script must
// see to it that this was all of the input: the connection may break.
func (s *Shell) replace(ctx context.Context, name, script string, input []byte) error {
	_, err := s.Run(ctx, fmt.Sprintf(`umask 077; f=%[1]s.new; { %[2]s && mv -f $f %[1]s; } || { rm -f $f; exit 1; }`, name, script), input)
	return err
}

// Close ends the shell.
func (s *Shell) Close() {
	_ = s.in.Close()
	_ = s.cmd.Wait() // how it ended says nothing that is not said already
}

// said keeps the end of what a program says.
type said struct {
	mu   sync.Mutex
	text []byte
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = append(s.text, p...)
	s.text = s.text[max(0, len(s.text)-4000):]
	return len(p), nil
}

// String is the last line.
func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return lastLine(string(s.text), "")
}

// lastLine is the last one that is not empty, or else.
func lastLine(text, or string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return or
	}
	return strings.TrimSpace(text[strings.LastIndexByte(text, '\n')+1:])
}
