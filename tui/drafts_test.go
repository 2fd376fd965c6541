package tui_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/tui"
)

// keptDrafts keeps drafts in memory, as files of a directory would be.
type keptDrafts struct{ texts map[string]string }

func (k *keptDrafts) Keep(name string, text []byte) error {
	k.texts[name] = string(text)
	return nil
}

func (k *keptDrafts) Drop(name string) error {
	delete(k.texts, name)
	return nil
}

func (k *keptDrafts) Left() (out []tui.Draft, err error) {
	for name, text := range k.texts {
		out = append(out, tui.Draft{Name: name, Text: []byte(text)})
	}
	slices.SortFunc(out, func(a, b tui.Draft) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// Each answer is kept until the deployment is run, so that a crash loses none.
func TestDraftsSurviveACrash(t *testing.T) {
	k := &keptDrafts{texts: map[string]string{}}
	with := func(c *tui.Config) { c.Drafts = k }
	text := func() string {
		for _, s := range k.texts {
			return s
		}
		return ""
	}
	onDemo(t, func(d *driver) {
		d.keys("2 website enter down down enter a 8080 enter")
		if s := text(); len(k.texts) != 1 || !strings.Contains(s, "host: web1") || !strings.Contains(s, "8080") || strings.Contains(s, "/var/www") {
			d.t.Fatalf("kept: %q", s)
		}
		d.keys("esc u") // the UI crashes here
		if s := text(); strings.Contains(s, "8080") {
			d.t.Fatalf("undone, but kept: %q", s)
		}
		d.keys("U")
	}, with)
	onDemo(t, func(d *driver) {
		d.see("Answers that were not run", "//WebSite//start, 2 answers")
		d.keys("l")
		d.notSee("Answers that were not run")
	}, with)
	onDemo(t, func(d *driver) {
		d.keys("g")
		d.see("READY for the plan (p)", "8080")
		d.keys("q")
		d.see("1 deployment has answers that were not run", "k", "the next start offers them")
		d.keys("esc p R y")
		d.wait(20 * time.Second)
		if len(k.texts) != 0 {
			d.t.Errorf("after the run there still is %v", k.texts)
		}
	}, with)
	k.texts["x"] = "armonic: 1\nprovide: //WebSite//start\nnodes:\n  .:\n    host: web1\n"
	onDemo(t, func(d *driver) {
		d.see("1 answer,")
		d.keys("f")
		d.notSee("Answers that were not run")
		if len(k.texts) != 0 {
			d.t.Errorf("forgotten, but there is %v", k.texts)
		}
	}, with)
}
