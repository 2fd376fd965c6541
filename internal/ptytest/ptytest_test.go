package ptytest_test

import (
	"os/exec"
	"testing"

	"github.com/armonic/armonic/internal/ptytest"
)

func TestAProgramIsTypedToAndRead(t *testing.T) {
	t.Parallel()
	x := ptytest.Start(t, ptytest.Options{Width: 47, Height: 11}, exec.Command("sh", "-c", `stty size; trap 'stty size' WINCH; read -r name; echo "hello, <$name>"; read -r n; exit "$n"`))
	at := x.WaitFor(0, "11 47\r\n")
	x.Type("Zoë\n")
	end, seen := x.Find(at, `hello, <(Z.+)>`)
	if got := x.From(at)[:end-at]; got != "Zoë\r\nhello, <Zoë>" || seen.Before(x.Began) {
		t.Errorf("got %q, at %v", got, seen)
	}
	x.Type("7\n")
	if code := x.Code(); code != 7 {
		t.Errorf("it ended with %d", code)
	}
	if all := x.All(); len(all) != x.Size() || all[at:] != x.From(at) {
		t.Errorf("it wrote %q", all)
	}
}

// Some programs ask the terminal what it is, and wait for the answer.
func TestQuestionsAreAnswered(t *testing.T) {
	t.Parallel()
	x := ptytest.Start(t, ptytest.Options{Answers: true}, exec.Command("sh", "-c", `stty raw -echo; printf '\033[c'; dd bs=1 count=7 2>/dev/null | od -c; sleep 60`))
	x.WaitFor(0, "? ")
	x.End()
}
