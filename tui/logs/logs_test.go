package logs_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/rollout/lines"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/logs"
	"github.com/armonic/armonic/tui/widget"
)

func line(n int) rollout.LogLine {
	return rollout.LogLine{N: n, At: time.Unix(int64(n), 0).UTC(), Host: "web1", Task: resolver.TaskID(fmt.Sprintf("t%d", n%2)),
		Level: []spec.Level{spec.LevelInfo, spec.LevelWarn, spec.LevelError}[n%3], Text: fmt.Sprintf("line %d", n)}
}

func filled(n int) (*lines.Buffer, *logs.Pane) {
	b := &lines.Buffer{}
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

// short is a buffer that keeps next to nothing in memory.
func short(disk int) *lines.Buffer { return &lines.Buffer{Memory: 10_000, Disk: disk} }

func TestOldLinesAreOnDiskAndStillThere(t *testing.T) {
	b := short(0)
	p := logs.NewPane(widget.Look{Glyphs: widget.ASCII()}, b)
	for i := range 10_000 {
		x := line(i + 1)
		x.Step, x.At = fmt.Sprintf("step %d", i%5), x.At.Add(time.Duration(i)*time.Microsecond)
		b.Add([]rollout.LogLine{x})
		p.CatchUp()
	}
	if b.Len() != 10_000 || b.First() != 0 || b.Dropped() != 0 {
		t.Errorf("%d lines, %d lost, first %d", b.Len(), b.Dropped(), b.First())
	}
	for _, pos := range []int{0, 9_999, 1, 5_000, 4_999, 7_777, 9_500, 2} {
		want := line(pos + 1)
		got := *b.At(pos)
		if got.N != want.N || got.Text != want.Text || got.Host != want.Host || got.Task != want.Task || got.Level != want.Level ||
			got.Step != fmt.Sprintf("step %d", pos%5) || !got.At.Equal(want.At.Add(time.Duration(pos)*time.Microsecond)) {
			t.Errorf("line %d is %+v", pos, got)
		}
	}
	p.Do(widget.First)
	if p.Line() == nil || p.Line().N != 1 {
		t.Errorf("the first line is %v", p.Line())
	}
	p.Do(widget.Search)
	for _, r := range "line 77" {
		p.Type(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
	}
	if n := p.Note(); !strings.Contains(n, "111") { // 77, 770 to 779, 7700 to 7799
		t.Errorf("the filter finds %s", n)
	}
}

func TestTheOldestGoAndAreCounted(t *testing.T) {
	for name, disk := range map[string]int{"a little disk": 40_000, "no disk": -1} {
		b := short(disk)
		p := logs.NewPane(widget.Look{Glyphs: widget.ASCII()}, b)
		for n := 1; n <= 10_000; n++ {
			b.Add([]rollout.LogLine{line(n)})
			p.CatchUp()
			_ = text(p, 10)
		}
		if kept := b.Len() - b.First(); b.Len() != 10_000 || b.First() == 0 || b.Dropped() != b.First() || kept < 50 || kept > 4_000 {
			t.Errorf("%s: %d lines, %d lost, first %d", name, b.Len(), b.Dropped(), b.First())
		}
		p.Do(widget.First)
		if p.Line() == nil || p.Line().N != b.First()+1 {
			t.Errorf("%s: the first line is %v", name, p.Line())
		}
		b.Add([]rollout.LogLine{line(10_501), line(10_502)}) // the source kept nothing older
		if shown := b.Len() - b.First(); b.Dropped()+shown != 10_502 {
			t.Errorf("%s: %d dropped and %d shown of 10,502", name, b.Dropped(), shown)
		}
	}
}

// Only is what a pane shows that looked at each line when it came, also of a log whose beginning is gone.
func TestLinesOfSomeTasksAreFoundWithoutReadingAll(t *testing.T) {
	for _, disk := range []int{0, 20_000, -1} {
		b := short(disk)
		all, came := logs.NewPane(widget.Look{Glyphs: widget.ASCII()}, b), logs.NewPane(widget.Look{Glyphs: widget.ASCII()}, b)
		came.Only([]resolver.TaskID{"t1"})
		for i := range 3000 {
			b.Add([]rollout.LogLine{line(i)})
			came.CatchUp()
			all.CatchUp()
		}
		if all.Only([]resolver.TaskID{"t1"}); text(all, 3000) != text(came, 3000) || !strings.Contains(text(all, 3), "line 2999") {
			t.Errorf("disk %d: it finds\n%s\nrather than\n%s", disk, text(all, 3000), text(came, 3000))
		}
		if disk == 20_000 && b.Dropped() == 0 {
			t.Error("nothing was dropped")
		}
	}
}

func TestWhereNothingCanBeWrittenTheNewestAreKept(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "nowhere"))
	b := &lines.Buffer{}
	p := logs.NewPane(widget.Look{Glyphs: widget.ASCII()}, b)
	for n := 1; n <= 200_000; n++ {
		b.Add([]rollout.LogLine{line(n)})
	}
	p.CatchUp()
	if kept := b.Len() - b.First(); kept < 100_000 || b.Dropped()+kept != 200_000 || p.Line().N != 200_000 {
		t.Errorf("%d are kept, %d dropped", kept, b.Dropped())
	}
}

// said is a line at a second.
func said(sec int, host spec.Host, level spec.Level, text string) []rollout.LogLine {
	return []rollout.LogLine{{N: sec, At: time.Unix(int64(sec), 0).UTC(), Host: host, Level: level, Text: text}}
}

// all is the screen of two deployments: 1 and 3 of the first, 2 and 4 of the other, and so on.
func all(n int) (*logs.Model, []logs.Source) {
	a, b := &lines.Buffer{}, &lines.Buffer{}
	for i := 1; i <= n; i++ {
		buf, host := a, spec.Host("web1")
		if i%2 == 0 {
			buf, host = b, "web2"
		}
		level := spec.LevelInfo
		if i%10 == 0 {
			level = spec.LevelError
		}
		buf.Add(said(i, host, level, fmt.Sprintf("word%d.", i)))
	}
	m := logs.New(widget.Look{Glyphs: widget.ASCII()})
	sources := []logs.Source{{ID: "1", Name: "shop", Buf: a}, {ID: "2", Name: "blog", Buf: b}}
	m.Show(sources)
	return m, sources
}

// shown are the words of the lines on a screen, "-" for those left out.
func shown(m *logs.Model) string {
	lines, _ := m.Draw(120, 60)
	var out []string
	for _, s := range lines {
		s = ansi.Strip(s)
		if strings.Contains(s, "-----") && strings.Contains(s, " line") {
			out = append(out, "-"+strings.Fields(strings.TrimLeft(s, " -"))[0])
		} else if i := strings.Index(s, "word"); i > 20 {
			out = append(out, strings.TrimSuffix(strings.Fields(s[i:])[0], "."))
		}
	}
	return strings.Join(out, " ")
}

func typed(m *logs.Model, text string) {
	m.Do(widget.Search)
	for _, r := range text {
		m.Type(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
	}
	m.Type(tea.KeyMsg{Type: tea.KeyEnter})
}

// What is looked for has lines around it, also those that come after it was found; what is left
// out is counted.
func TestMatchesHaveLinesAround(t *testing.T) {
	m, sources := all(21)
	typed(m, "word7.|word18.")
	if got := shown(m); got != "word5 word6 word7 word8 word9 -6 word16 word17 word18 word19 word20" {
		t.Errorf("there are %s", got)
	}
	m.Do("context")
	m.Do("context")
	if got := shown(m); got != "word7 word18" {
		t.Errorf("without lines around there are %s", got)
	}
	m.Do("context")
	sources[0].Buf.Add(said(22, "web1", spec.LevelInfo, "word22."))
	sources[0].Buf.Add(said(23, "web1", spec.LevelInfo, "word7. again"))
	m.Show(sources)
	if got := shown(m); got != "word5 word6 word7 word8 word9 -6 word16 word17 word18 word19 word20 word21 word22 word7" {
		t.Errorf("when more has come there are %s", got)
	}
}

func TestLimits(t *testing.T) {
	m, _ := all(20)
	now := time.Unix(20, 0)
	x, err := logs.ParseLimits("web2 since 10s until 4s", now)
	if err != nil {
		t.Fatal(err)
	}
	m.Limit(x)
	if got := shown(m); got != "word10 word12 word14 word16" {
		t.Errorf("there are %s", got)
	}
	m.Do("deployment")
	if got := shown(m); got != "" {
		t.Errorf("of web2 the first deployment has %s", got)
	}
	for _, text := range []string{"since", "since -1m", "until noon", "web["} {
		if _, err := logs.ParseLimits(text, now); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.Local)
	for text, want := range map[string]time.Time{"11:59": noon.Add(-time.Minute), "12:01": noon.Add(-24*time.Hour + time.Minute), "90s": noon.Add(-90 * time.Second)} {
		if x, err := logs.ParseLimits("since "+text, noon); err != nil || !x.Since.Equal(want) {
			t.Errorf("since %s is %v, %v", text, x.Since, err)
		}
	}
}

// A deployment that is not shown any more takes its lines, and marks, away.
func TestDeploymentsComeAndGo(t *testing.T) {
	m, sources := all(6)
	if got := shown(m); got != "word1 word2 word3 word4 word5 word6" {
		t.Errorf("there are %s", got)
	}
	m.Do("mark")
	m.Show(sources[1:])
	if got := shown(m); got != "word2 word4 word6" || strings.Contains(m.Hint(), "marked") {
		t.Errorf("there are %s; %s", got, m.Hint())
	}
}

func TestWhatIsFoundIsMarked(t *testing.T) {
	look, err := widget.NewLook("auto", "unicode")
	if err != nil {
		t.Fatal(err)
	}
	b := &lines.Buffer{}
	b.Add(said(1, "web1", spec.LevelError, "Port 80 is in use"))
	b.Add(said(2, "web1", spec.LevelInfo, "the end"))
	m := logs.New(look)
	m.Show([]logs.Source{{Buf: b}})
	typed(m, "port|end")
	lines, _ := m.Draw(100, 30)
	if s := strings.Join(lines, "\n"); !strings.Contains(s, "\x1b[1;31;7mPort\x1b[0m\x1b[1;31m 80 is in use") {
		t.Errorf("it is not reversed in the colour of its line:\n%q", s)
	}
}
