package tui_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/charmbracelet/x/ansi"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/armonic/armonic/tui"
	"github.com/armonic/armonic/tui/widget"
)

var update = flag.Bool("update", false, "write the golden frames")

// walk goes through some screens.
type walk struct {
	name string
	on   func(t *testing.T, v view)
}

// view is how a walk is looked at: in a window of a size, with check called for every frame there
// ever is, and visit for those that a person would look at.
type view struct {
	w, h   int
	change func(*tui.Config)
	check  func(frame string)
	visit  func(name, frame string)
}

// walks come to every screen there is.
func walks() []walk {
	return []walk{
		{"story", onDriver(demo, walkAll)},
		{"failures", onDriver(demo, walkFailures)},
		{"several", onDriver(demo, walkSeveral)},
		{"lifecycle", onDriver(demo, walkLifecycle)},
		{"logs", onDriver(demo, walkLogs)},
		{"history", onDriver(demo, func(d *driver, visit func(string)) {
			d.settle()
			walkHistory(d, visit)
		})},
		{"pages", func(t *testing.T, v view) {
			t.Helper()
			change := v.change
			v.change = func(c *tui.Config) { change(c); touring(c) }
			onDriver(demo, walkPages)(t, v)
		}},
		{"wall", onDriver(bigFleet, func(d *driver, visit func(string)) {
			d.settle()
			walkWall(d, d.m.Fleet().(*fakeFleet), visit)
		})},
		{"links", func(t *testing.T, v view) {
			t.Helper()
			synctest.Test(t, func(t *testing.T) {
				d, f := live(t, v.w, v.h, v.change)
				d.walks(v, func(visit func(string)) { walkLinks(d, f, visit) })
			})
		}},
		{"drift", func(t *testing.T, v view) {
			t.Helper()
			onEdited(t, v.w, v.h, func(d *driver, f *editedFleet) {
				d.walks(v, func(visit func(string)) { walkDrift(d, f, visit) })
			}, v.change)
		}},
		{"deployments", func(t *testing.T, v view) {
			t.Helper()
			withAnna(t, v.w, v.h, func(d *driver, a anna, f *fakeFleet) {
				d.walks(v, func(visit func(string)) { walkDeployments(d, a, f, visit) })
			}, v.change)
		}},
		{"approval", func(t *testing.T, v view) {
			t.Helper()
			withAnna(t, v.w, v.h, func(d *driver, a anna, _ *fakeFleet) {
				d.walks(v, func(visit func(string)) { defer walkApproval(d, a, visit).Close() })
			}, v.change)
		}},
		{"start", func(t *testing.T, v view) {
			t.Helper()
			var c tui.Config
			v.change(&c)
			s := newStarter(t, v.w, v.h, c.Theme, c.Glyphs)
			s.check = v.check
			walkStart(s, func(name string) { v.visit(name, s.m.View()) })
		}},
	}
}

func onDriver(fleet func(testing.TB) *fakeFleet, walk func(*driver, func(string))) func(*testing.T, view) {
	return func(t *testing.T, v view) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			d := drive(t, fleet(t), v.w, v.h, v.change)
			d.walks(v, func(visit func(string)) { walk(d, visit) })
		})
	}
}

// walks walks on a driver.
func (d *driver) walks(v view, walk func(visit func(string))) {
	d.check = v.check
	walk(func(name string) { v.visit(name, mask(d.m.View())) })
}

// walkPages walks through what the other walks do not come to.
func walkPages(d *driver, visit func(name string)) {
	d.settle()
	for _, x := range [][2]string{{"tour", ""}, {"tour-wall", "v"}, {"tour-history", "v : history enter enter"}, {"tour-drift", "esc 1 : drift enter enter"}, {"tour-deploy", "esc 3"},
		{"tour-runs", "4"}, {"tour-logs", "5"}, {"palette-theme", "1 : theme"}, {"palette-resume", "esc : resume enter"}, {"palette-unknown", "esc : zzz"}} {
		d.keys(x[1])
		visit(x[0])
	}
}

// drawnID is an id that is drawn at random.
var drawnID = regexp.MustCompile(`20000101-00\d\d\d\d-[0-9a-f]{6,12}`)

// mask puts the same id in the place of those that are drawn at random.
func mask(frame string) string {
	return drawnID.ReplaceAllStringFunc(frame, func(id string) string { return id[:16] + strings.Repeat("a", len(id)-16) })
}

// Every screen looks as its file in testdata/golden says: the sizes of a window and the sets of
// signs are the parts of the file, styles stand in it as ‹bold red›FAIL‹/›. Each frame has exactly
// its lines and none is too wide, and with ASCII signs has not one byte beyond, whatever hosts say.
func TestGolden(t *testing.T) {
	for _, walk := range walks() {
		t.Run(walk.name, func(t *testing.T) {
			files := map[string]*txtar.Archive{}
			for _, size := range [][2]int{{40, 10}, {80, 24}, {120, 36}, {200, 60}} {
				for _, glyphs := range widget.GlyphSets() {
					variant, at := fmt.Sprintf("%dx%d %s", size[0], size[1], glyphs), "the beginning"
					check := func(frame string) {
						if bad := exact(frame, size[0], size[1]); bad != "" {
							t.Fatalf("%s, after %s: %s\n%s", variant, at, bad, ansi.Strip(frame))
						}
						if i := strings.IndexFunc(frame, func(r rune) bool { return r > 126 }); i >= 0 && glyphs == "ascii" {
							t.Fatalf("%s, after %s: not ASCII: %q\n%s", variant, at, frame[i:i+4], ansi.Strip(frame))
						}
					}
					visit := func(name, frame string) {
						if files[name] == nil {
							files[name] = &txtar.Archive{}
						}
						at = name
						files[name].Files = append(files[name].Files, txtar.File{Name: variant, Data: []byte(readable(frame))})
					}
					walk.on(t, view{size[0], size[1], func(c *tui.Config) { c.Theme, c.Glyphs = "auto", glyphs }, check, visit})
				}
			}
			for name, got := range files {
				golden(t, name, got)
			}
		})
	}
}

// golden compares a screen with its file.
func golden(t *testing.T, name string, got *txtar.Archive) {
	t.Helper()
	file := filepath.Join("testdata", "golden", name+".txtar")
	if *update {
		if err := os.WriteFile(file, txtar.Format(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatalf("%v: go test ./tui -run Golden -update writes it", err)
	}
	if diff := cmp.Diff(string(txtar.Format(want)), string(txtar.Format(got))); diff != "" {
		t.Errorf("%s (-want +got; go test ./tui -run Golden -update takes what is got):\n%s", name, diff)
	}
}

// Nothing stands in testdata that no walk comes to.
func TestEveryGoldenFileIsUsed(t *testing.T) {
	seen := map[string]bool{}
	for _, walk := range walks() {
		walk.on(t, view{120, 36, func(*tui.Config) {}, func(string) {}, func(name, _ string) {
			if seen[name] {
				t.Errorf("two screens are called %s", name)
			}
			seen[name] = true
		}})
	}
	files, err := filepath.Glob(filepath.Join("testdata", "golden", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !seen[strings.TrimSuffix(filepath.Base(f), ".txtar")] {
			t.Errorf("%s is of no screen", f)
		}
	}
}

// cells are those of one style, with a blank between them.
var cells = regexp.MustCompile(`(?:‹dim›[^ ‹]‹/› ?){2,}|(?:‹green›[^ ‹]‹/› ?){2,}|(?:‹bright blue›[^ ‹]‹/› ?){2,}`)

var styled = regexp.MustCompile(`\x1b\[([0-9;]*)m`)

// readable is a frame with its styles as words, and without blanks at the ends of lines.
func readable(frame string) string {
	words := strings.NewReplacer("30", "black", "31", "red", "32", "green", "33", "yellow", "34", "blue", "35", "magenta", "36", "cyan", "43", "on yellow",
		"90", "grey", "94", "bright blue", "1", "bold", "2", "dim", "4", "underline", "7", "reverse", ";", " ")
	frame = styled.ReplaceAllStringFunc(frame, func(seq string) string {
		params := styled.FindStringSubmatch(seq)[1]
		if strings.Trim(params, "0") == "" {
			return "‹/›"
		}
		return "‹" + words.Replace(params) + "›"
	})
	frame = cells.ReplaceAllStringFunc(frame, func(s string) string { // of the wall
		style := s[:strings.Index(s, "›")+len("›")]
		return strings.ReplaceAll(s, "‹/› "+style, " ")
	})
	var b strings.Builder
	for s := range strings.SplitSeq(frame, "\n") {
		b.WriteString(strings.TrimRight(s, " ") + "\n")
	}
	return b.String()
}

// Also in windows of odd sizes, without colours, a frame has exactly its lines and none is too wide.
func TestFramesAreExact(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {20, 5}, {41, 11}, {99, 13}, {300, 12}} {
		for _, glyphs := range widget.GlyphSets() {
			t.Run(fmt.Sprintf("%dx%d-%s", size[0], size[1], glyphs), func(t *testing.T) {
				for _, walk := range walks() {
					if size[0] < 40 && walk.name != "story" && walk.name != "failures" { // they wait for what they are to see
						continue
					}
					at := "the beginning"
					walk.on(t, view{size[0], size[1], func(c *tui.Config) { c.Theme, c.Glyphs = "none", glyphs }, func(frame string) {
						if bad := exact(frame, size[0], size[1]); bad != "" {
							t.Fatalf("after %s: %s\n%s", at, bad, ansi.Strip(frame))
						}
					}, func(name, _ string) { at = name }})
				}
			})
		}
	}
}

// Colours are all that themes change.
func TestThemesShowTheSameText(t *testing.T) {
	for _, walk := range walks() {
		texts := map[string]string{}
		for _, theme := range widget.Themes() {
			walk.on(t, view{120, 36, func(c *tui.Config) { c.Theme = theme }, func(string) {}, func(name, frame string) {
				frame = ansi.Strip(frame)
				if want, ok := texts[name]; ok && want != frame {
					t.Errorf("theme %s, %s:\n%s", theme, name, cmp.Diff(want, frame))
				}
				texts[name] = frame
			}})
		}
	}
}

func TestNoColourMeansNone(t *testing.T) {
	for _, walk := range walks() {
		walk.on(t, view{120, 36, func(c *tui.Config) { c.Theme = "none" }, func(string) {}, func(name, frame string) {
			for _, seq := range styled.FindAllStringSubmatch(frame, -1) {
				for p := range strings.SplitSeq(seq[1], ";") {
					switch p {
					case "", "0", "1", "4", "7":
					default:
						t.Fatalf("%s has the style %q", name, seq[1])
					}
				}
			}
		}})
	}
}
