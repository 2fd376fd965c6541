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

	"github.com/armonic/armonic/tui"
	"github.com/armonic/armonic/tui/widget"
)

var update = flag.Bool("update", false, "write the golden frames")

// golden compares a frame with the file of that name.
func golden(t *testing.T, name, frame string) {
	t.Helper()
	var b strings.Builder
	for s := range strings.SplitSeq(ansi.Strip(frame), "\n") {
		b.WriteString(strings.TrimRight(s, " ") + "\n")
	}
	file := filepath.Join("testdata", "golden", name+".txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v: go test ./tui/ -run Golden -update writes it", err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s (-want +got; go test ./tui/ -run Golden -update takes what is got):\n%s", name, diff)
	}
}

func TestGoldenStory(t *testing.T) {
	for _, size := range [][2]int{{120, 36}, {80, 24}} {
		for _, glyphs := range widget.GlyphSets() {
			dir := fmt.Sprintf("%dx%d-%s", size[0], size[1], glyphs)
			t.Run(dir, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					d := drive(t, demo(t), size[0], size[1], func(c *tui.Config) { c.Theme, c.Glyphs = "none", glyphs })
					walkAll(d, func(name string) { golden(t, dir+"/"+name, d.m.View()) })
				})
			})
		}
	}
}

func TestGoldenFailures(t *testing.T) {
	for _, size := range [][2]int{{120, 36}, {80, 24}} {
		dir := fmt.Sprintf("%dx%d-unicode", size[0], size[1])
		t.Run(dir, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := drive(t, demo(t), size[0], size[1], func(c *tui.Config) { c.Theme = "none" })
				walkFailures(d, func(name string) { golden(t, dir+"/"+name, d.m.View()) })
			})
		})
	}
}

// Whatever the window, the theme and the signs: a frame has exactly its lines and
// none is too wide; at any time, not only when a person would look.
func TestFramesAreExact(t *testing.T) {
	for _, size := range [][2]int{{120, 36}, {80, 24}, {40, 10}, {200, 60}, {1, 1}, {20, 5}, {41, 11}, {99, 13}, {300, 12}} {
		for _, theme := range []string{"auto", "none"} {
			for _, glyphs := range widget.GlyphSets() {
				t.Run(fmt.Sprintf("%dx%d-%s-%s", size[0], size[1], theme, glyphs), func(t *testing.T) {
					for _, walk := range []func(*driver, func(string)){walkAll, walkFailures} {
						synctest.Test(t, func(t *testing.T) {
							d := drive(t, demo(t), size[0], size[1], func(c *tui.Config) { c.Theme, c.Glyphs = theme, glyphs })
							at := "the beginning"
							d.check = func(frame string) {
								if bad := exact(frame, size[0], size[1]); bad != "" {
									t.Fatalf("after %s: %s\n%s", at, bad, ansi.Strip(frame))
								}
							}
							walk(d, func(name string) { at = name })
						})
					}
				})
			}
		}
	}
}

// Colours are all that themes change.
func TestThemesShowTheSameText(t *testing.T) {
	texts := map[string]string{}
	for _, theme := range widget.Themes() {
		synctest.Test(t, func(t *testing.T) {
			d := drive(t, demo(t), 120, 36, func(c *tui.Config) { c.Theme = theme })
			walkAll(d, func(name string) {
				if want, ok := texts[name]; ok && want != d.screen() {
					t.Errorf("theme %s, %s:\n%s", theme, name, cmp.Diff(want, d.screen()))
				}
				texts[name] = d.screen()
			})
		})
	}
}

func TestNoColourMeansNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := drive(t, demo(t), 120, 36, func(c *tui.Config) { c.Theme = "none" })
		walkAll(d, func(name string) {
			frame := d.m.View()
			for i := strings.Index(frame, "\x1b["); i >= 0; i = strings.Index(frame, "\x1b[") {
				frame = frame[i+2:]
				params, _, _ := strings.Cut(frame, "m")
				for p := range strings.SplitSeq(params, ";") {
					switch p {
					case "", "0", "1", "4", "7":
					default:
						t.Fatalf("%s has the style %q", name, params)
					}
				}
			}
		})
	})
}

// Not one byte beyond ASCII comes to a terminal that knows no others, whatever hosts say.
func TestAsciiMeansASCII(t *testing.T) {
	for _, size := range [][2]int{{120, 36}, {80, 24}, {200, 60}} {
		for name, walk := range map[string]func(*driver, func(string)){"all": walkAll, "failures": walkFailures, "pages": walkPages} {
			synctest.Test(t, func(t *testing.T) {
				d := drive(t, demo(t), size[0], size[1], func(c *tui.Config) { c.Glyphs, c.Tour = "ascii", true })
				at := "the beginning"
				d.check = func(frame string) {
					for _, r := range frame {
						if r > 126 {
							t.Fatalf("%s, after %s: it shows %q:\n%s", name, at, r, d.screen())
						}
					}
				}
				walk(d, func(name string) { at = name })
			})
		}
	}
}

// walkPages walks through the screens that walkAll does not come to.
func walkPages(d *driver, visit func(name string)) {
	d.settle()
	for _, keys := range []string{"v", "v : history enter enter", "esc 1 : drift enter enter", "esc 3", "4", "5", "1 : theme", "esc : resume enter", "esc ctrl+z"} {
		d.keys(keys)
		visit(keys)
	}
}

var drawnID = regexp.MustCompile(`20000101-00\d\d\d\d-[0-9a-f]{6,12}`)

// mask puts the same id in the place of those that are drawn at random.
func mask(frame string) string {
	return drawnID.ReplaceAllStringFunc(frame, func(id string) string { return id[:16] + strings.Repeat("a", len(id)-16) })
}
