package tui

import "testing"

func TestDraftsOfAnEndedUIAreTakenOver(t *testing.T) {
	root := t.TempDir()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	left := func(d *drafts) int {
		t.Helper()
		all, err := d.Left()
		must(err)
		return len(all)
	}
	first, second := newDrafts(root), newDrafts(root)
	must(first.Keep("a", []byte("1")))
	must(first.Keep("a", []byte("2")))
	must(first.Keep("b", []byte("3")))
	must(first.Drop("b"))
	must(first.Drop("b"))
	if n := left(second); n != 0 {
		t.Errorf("%d drafts were taken from a UI that lives", n)
	}
	must(first.lock.Close()) // it crashed
	all, err := second.Left()
	must(err)
	if len(all) != 1 || all[0].Name != "a" || string(all[0].Text) != "2" {
		t.Errorf("taken over: %+v", all)
	}
	if n := left(second); n != 0 {
		t.Errorf("%d drafts are offered twice", n)
	}
	second.Close() // left until later
	third := newDrafts(root)
	if n := left(third); n != 1 {
		t.Errorf("%d drafts are offered later", n)
	}
	must(third.Drop("a"))
	third.Close()
	if n := left(newDrafts(root)); n != 0 {
		t.Errorf("%d drafts are left", n)
	}
}
