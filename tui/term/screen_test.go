package term_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	xterm "github.com/charmbracelet/x/term"
	"github.com/creack/pty"

	"github.com/armonic/armonic/tui/term"
)

// display is what is behind a pseudo-terminal: it shows what a screen writes.
type display struct {
	t       *testing.T
	s       *term.Screen
	ours    *os.File // the end of the program
	theirs  *os.File
	w, h    int
	cells   [][]string // a sign with its style; "" is the second half of a wide sign
	x, y    int
	style   string
	modes   map[string]bool
	scanned int // marks
}

func open(t *testing.T, w, h int) *display {
	t.Helper()
	theirs, ours, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo-terminal: %v", err)
	}
	t.Cleanup(func() { _, _ = ours.Close(), theirs.Close() })
	d := &display{t: t, ours: ours, theirs: theirs, modes: map[string]bool{}}
	d.resize(w, h)
	if d.s, err = term.Open(ours, ours); err != nil {
		t.Fatal(err)
	}
	if gw, gh, err := d.s.Size(); gw != w || gh != h || err != nil {
		t.Fatalf("the size is %dx%d, %v", gw, gh, err)
	}
	return d
}

func (d *display) resize(w, h int) {
	d.t.Helper()
	if err := pty.Setsize(d.theirs, &pty.Winsize{Rows: uint16(h), Cols: uint16(w)}); err != nil {
		d.t.Fatal(err)
	}
	d.w, d.h = w, h
	d.cells = make([][]string, h)
	for i := range d.cells {
		d.cells[i] = make([]string, w)
		for x := range d.cells[i] {
			d.cells[i][x] = "rubbish"
		}
	}
}

// update reads all that was written, and shows it.
func (d *display) update() string {
	d.t.Helper()
	d.scanned++
	mark := fmt.Sprintf("\x1b]mark %d\a", d.scanned)
	if _, err := d.ours.WriteString(mark); err != nil {
		d.t.Fatal(err)
	}
	var got strings.Builder
	for buf := make([]byte, 1<<16); !strings.HasSuffix(got.String(), mark); {
		n, err := d.theirs.Read(buf)
		if err != nil {
			d.t.Fatal(err)
		}
		got.Write(buf[:n])
	}
	text := strings.TrimSuffix(got.String(), mark)
	d.show(text)
	return text
}

var sequence = regexp.MustCompile(`^\x1b\[(\??)([0-9;]*)([A-Za-z])`)

func (d *display) show(text string) {
	for text != "" {
		if m := sequence.FindStringSubmatch(text); m != nil {
			d.do(m[1]+m[3], m[2])
			text = text[len(m[0]):]
			continue
		}
		if text[0] < ' ' {
			d.t.Fatalf("a terminal would not know %q", text[:min(20, len(text))])
		}
		r := []rune(text)[0]
		text = text[len(string(r)):]
		n := ansi.StringWidth(string(r))
		if d.x+n > d.w {
			d.t.Fatalf("%q is beyond the border, at %d,%d", r, d.x, d.y)
		}
		d.cells[d.y][d.x] = d.style + string(r)
		if n == 2 {
			d.cells[d.y][d.x+1] = ""
		}
		d.x += n
	}
}

func (d *display) do(what, args string) {
	switch what {
	case "H":
		d.x, d.y = 0, 0
		if y, x, ok := strings.Cut(args, ";"); ok {
			d.y, _ = strconv.Atoi(y)
			d.x, _ = strconv.Atoi(x)
			d.x, d.y = d.x-1, d.y-1
		}
	case "K":
		d.erase(d.y, d.x)
	case "J":
		for y := range d.cells {
			d.erase(y, 0)
		}
	case "m":
		d.style += args + "m"
		if args == "" || args == "0" {
			d.style = ""
		}
	case "?h", "?l":
		d.modes[args] = what == "?h"
	default:
		d.t.Fatalf("a terminal would not know %q", what)
	}
}

func (d *display) erase(y, from int) {
	for x := from; x < d.w; x++ {
		d.cells[y][x] = " "
	}
}

// same reports a difference between the display and a frame that is drawn on an empty one.
func (d *display) same(lines []string) {
	d.t.Helper()
	want := &display{t: d.t, w: d.w, h: d.h, modes: map[string]bool{}, cells: make([][]string, d.h)}
	for y := range want.cells {
		want.cells[y] = make([]string, d.w)
		want.erase(y, 0)
		if y < len(lines) {
			want.x, want.y, want.style = 0, y, ""
			want.show(lines[y])
		}
	}
	for y := range want.cells {
		if got, want := strings.Join(d.cells[y], ""), strings.Join(want.cells[y], ""); got != want {
			d.t.Fatalf("row %d is %q, want %q", y, got, want)
		}
	}
}

// Whatever frames follow each other in whatever sizes: the terminal shows the last one.
func TestTheTerminalShowsTheLastFrame(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	d := open(t, 40, 10)
	pieces := []string{"a", "b", " ", "\x1b[7m", "\x1b[0m", "\x1b[31m", "é", "日", "·", "word"}
	line := func() string {
		var b strings.Builder
		for w, want := 0, r.IntN(d.w+1); ; {
			p := pieces[r.IntN(len(pieces))]
			if w += ansi.StringWidth(p); w > want {
				return b.String() + "\x1b[0m"
			}
			b.WriteString(p)
		}
	}
	lines := []string{}
	for range 500 {
		switch r.IntN(20) {
		case 0:
			d.resize(1+r.IntN(60), 1+r.IntN(20))
			if _, _, err := d.s.Size(); err != nil {
				t.Fatal(err)
			}
			lines = nil
		case 1:
			d.s.Forget()
		}
		for len(lines) < d.h {
			lines = append(lines, line())
		}
		lines = lines[:1+r.IntN(d.h)]
		for range r.IntN(3) {
			lines[r.IntN(len(lines))] = line()
		}
		at := term.Cursor{X: r.IntN(d.w), Y: r.IntN(d.h), Visible: r.IntN(2) == 0}
		d.s.Show(lines, at)
		text := d.update()
		d.same(lines)
		if d.x != at.X || d.y != at.Y || d.modes["25"] != at.Visible || d.modes["2026"] {
			t.Fatalf("the cursor is at %d,%d (%v), want %v", d.x, d.y, d.modes, at)
		}
		if text != "" && (!strings.HasPrefix(strings.TrimPrefix(text, "\x1b[?1049h\x1b[?2004h\x1b[?7l\x1b[?25l\x1b[2J\x1b[H"), "\x1b[?2026h") || !strings.HasSuffix(text, "\x1b[?2026l")) {
			t.Fatalf("a frame is not one: %q", text)
		}
	}
}

func TestOnlyWhatIsNewIsWritten(t *testing.T) {
	d := open(t, 40, 10)
	lines := []string{"one", strings.Repeat("x", 40), "three"}
	at := term.Cursor{X: 3, Y: 1}
	d.s.Show(lines, at)
	d.update()
	d.s.Show(append([]string{}, lines...), at)
	if text := d.update(); text != "" {
		t.Errorf("nothing is new, and %q is written", text)
	}
	lines[2] = "four"
	d.s.Show(lines, at)
	if text, want := d.update(), "\x1b[?2026h\x1b[3;1Hfour\x1b[K\x1b[2;4H\x1b[?2026l"; text != want {
		t.Errorf("got %q, want %q", text, want)
	}
	at.Y, at.Visible = 2, true
	d.s.Show(lines, at)
	if text, want := d.update(), "\x1b[?2026h\x1b[3;4H\x1b[?25h\x1b[?2026l"; text != want {
		t.Errorf("got %q, want %q", text, want)
	}
	d.s.Forget()
	d.s.Show(lines, at)
	if text := d.update(); !strings.Contains(text, "one") || !strings.Contains(text, "four") {
		t.Errorf("not all is written again: %q", text)
	}
}

func TestTheTerminalIsGivenBackAsItWas(t *testing.T) {
	theirs, ours, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo-terminal: %v", err)
	}
	defer func() { _, _ = ours.Close(), theirs.Close() }()
	before, err := xterm.GetState(ours.Fd())
	if err != nil {
		t.Fatal(err)
	}
	s, err := term.Open(ours, ours)
	if err != nil {
		t.Fatal(err)
	}
	during, err := xterm.GetState(ours.Fd())
	if err != nil || *during == *before {
		t.Fatalf("the terminal is not raw: %v", err)
	}
	if err := s.Resume(); err != nil { // after a stop of which nobody was told
		t.Fatal(err)
	}
	s.Close()
	after, err := xterm.GetState(ours.Fd())
	if err != nil || *after != *before {
		t.Errorf("the terminal is %v, was %v: %v", after, before, err)
	}
	d := &display{t: t, ours: ours, theirs: theirs, modes: map[string]bool{}}
	d.resize(80, 24)
	d.update()
	if want := (map[string]bool{"1049": false, "2004": false, "7": true, "25": true}); fmt.Sprint(d.modes) != fmt.Sprint(want) {
		t.Errorf("modes %v, want %v", d.modes, want)
	}
}
