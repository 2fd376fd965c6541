package logs_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/logs"
	"github.com/armonic/armonic/tui/widget"
)

func line(n int) rollout.LogLine {
	return rollout.LogLine{N: n, At: time.Unix(int64(n), 0).UTC(), Host: "web1", Task: resolver.TaskID(fmt.Sprintf("t%d", n%2)),
		Level: []spec.Level{spec.LevelInfo, spec.LevelWarn, spec.LevelError}[n%3], Text: fmt.Sprintf("line %d", n)}
}

func filled(n int) (*logs.Buffer, *logs.Pane) {
	b := &logs.Buffer{}
	for i := range n {
		b.Add([]rollout.LogLine{line(i)})
	}
	p := logs.NewPane(widget.Look{Glyphs: widget.ASCII()}, b)
	p.CatchUp()
	return b, p
}

func text(p *logs.Pane, h int) string {
	lines, _ := p.Draw(60, h, false)
	return strings.Join(lines, "\n")
}

func TestTheEndIsFollowedUntilSomebodyReads(t *testing.T) {
	b, p := filled(100)
	if s := text(p, 5); !strings.Contains(s, "line 99") || strings.Contains(s, "line 94") {
		t.Errorf("at first:\n%s", s)
	}
	p.Do(widget.Up)
	b.Add([]rollout.LogLine{line(100)})
	p.CatchUp()
	if s := text(p, 5); strings.Contains(s, "line 100") {
		t.Errorf("it moved away from who reads:\n%s", s)
	}
	p.Do(widget.Follow)
	if s := text(p, 5); !strings.Contains(s, "line 100") {
		t.Errorf("following again:\n%s", s)
	}
}

func TestFilters(t *testing.T) {
	_, p := filled(100)
	p.Only([]resolver.TaskID{"t1"})
	if n := p.Note(); !strings.HasPrefix(n, "50 lines") {
		t.Errorf("one task: %s", n)
	}
	p.Do(logs.Levels)
	p.Do(logs.Levels)
	if n := p.Note(); !strings.HasPrefix(n, "16 lines") {
		t.Errorf("its errors: %s", n)
	}
	p.Do(widget.Search)
	for _, r := range "line 5" {
		p.Type(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
	}
	if s := text(p, 5); !strings.Contains(s, "line 5") || strings.Contains(s, "line 11") {
		t.Errorf("filtered:\n%s", s)
	}
	if p.ClearFilter(); !strings.HasPrefix(p.Note(), "50 lines") {
		t.Errorf("without filters: %s", p.Note())
	}
}

func TestOldLinesGoAndAreCounted(t *testing.T) {
	b := &logs.Buffer{Keep: 100}
	p := logs.NewPane(widget.Look{Glyphs: widget.ASCII()}, b)
	for i := range 1000 {
		b.Add([]rollout.LogLine{line(i + 1)})
		p.CatchUp()
		_ = text(p, 10)
	}
	if b.Len() != 1000 || b.Dropped() != b.First() || b.Len()-b.First() > 100 {
		t.Errorf("%d lines, %d lost, first %d", b.Len(), b.Dropped(), b.First())
	}
	p.Do(widget.First)
	if p.Line() == nil || p.Line().N != b.First()+1 {
		t.Errorf("the first line is %v", p.Line())
	}
}

// TestLinesAreDroppedOnce has the source drop lines that the buffer had dropped, and
// others that it never got.
func TestLinesAreDroppedOnce(t *testing.T) {
	b := &logs.Buffer{Keep: 100}
	for n := 1; n <= 1000; n++ {
		b.Add([]rollout.LogLine{line(n)})
	}
	b.Add([]rollout.LogLine{line(1501), line(1502)}) // the source kept nothing older
	if shown := b.Len() - b.First(); b.Dropped()+shown != 1502 {
		t.Errorf("%d dropped and %d shown of 1502", b.Dropped(), shown)
	}
}

func TestLongLinesAreBoundByBytes(t *testing.T) {
	for name, size := range map[string]int{"long": 40_000, "huge": 2 * rollout.MostLogBytes} {
		b := &logs.Buffer{}
		p := logs.NewPane(widget.Look{Glyphs: widget.ASCII()}, b)
		long := strings.Repeat("x", size)
		for n := 1; n <= 2000; n++ {
			x := line(n)
			x.Text = long
			b.Add([]rollout.LogLine{x})
		}
		p.CatchUp()
		_ = text(p, 1)
		kept := b.Len() - b.First()
		if kept*size > rollout.MostLogBytes*11/10 || b.Dropped()+kept != 2000 {
			t.Errorf("%s: %d lines are kept, %d dropped", name, kept, b.Dropped())
		}
	}
}
