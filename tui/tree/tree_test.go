package tree_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/tree"
	"github.com/armonic/armonic/tui/widget"
)

func node(parent *resolver.Node, id, path string, index, of int) *resolver.Node {
	n := &resolver.Node{ID: resolver.NodeID(id), Parent: parent, Provide: spec.Provide{Path: spec.Path(path)}}
	if parent != nil {
		n.Via = resolver.Via{State: "S", Provide: "enter", Require: spec.Require{Name: "sites"}, Index: index, Of: of}
		if of == 1 {
			n.Via.Require.Name = "root"
		}
		parent.Children = append(parent.Children, n)
	}
	return n
}

func example() *resolver.Node {
	root := node(nil, ".", "/lb/Proxy/On/start", 0, 0)
	for i, h := range []string{"a", "b"} {
		site := node(root, "./s["+h+"]", "/"+h+"/Site/On/start", i, 2)
		node(site, string(site.ID)+"/root", "/"+h+"/Server/On/root", 0, 1)
	}
	return root
}

func drawn(v *tree.View) string {
	l := widget.Look{Glyphs: widget.Unicode()}
	var b strings.Builder
	for _, i := range v.Rows {
		b.WriteString(v.Branches(l, i, 20) + " " + v.Tree.Items[i].Name() + "\n")
	}
	return b.String()
}

func TestTreeGroupsWhatOneRequireNeeds(t *testing.T) {
	var v tree.View
	v.Show(tree.Of(example()))
	want := `▾ Proxy.start
└▾ sites x2
  ├▾ 1 Site.start
  │ └  Server.root
  └▾ 2 Site.start
    └  Server.root
`
	if diff := cmp.Diff(want, drawn(&v)); diff != "" {
		t.Error(diff)
	}
}

func TestShuttingAndOpening(t *testing.T) {
	var v tree.View
	v.Show(tree.Of(example()))
	v.Do(widget.Down)
	v.Do(widget.Left)
	if got := drawn(&v); got != "▾ Proxy.start\n└▸ sites x2\n" {
		t.Errorf("shut:\n%s", got)
	}
	v.Show(tree.Of(example())) // a new result: what was shut stays shut
	if len(v.Rows) != 2 {
		t.Errorf("%d rows after a new result", len(v.Rows))
	}
	v.Select(v.Tree.Index("./s[b]/root"))
	if i := v.Selected(); i < 0 || v.Tree.Items[i].Node.ID != "./s[b]/root" {
		t.Errorf("selected %d", i)
	}
	v.All(false)
	v.All(true)
	if len(v.Rows) != 6 {
		t.Errorf("%d rows when all is open", len(v.Rows))
	}
}

func TestNoTree(t *testing.T) {
	var v tree.View
	v.Show(tree.Of(nil))
	v.Do(widget.Down)
	v.All(true)
	if v.Selected() != -1 {
		t.Error("something is selected in an empty tree")
	}
}

// What only pretends is marked where something is real, and nowhere else.
func TestTreeMarksWhatPretends(t *testing.T) {
	root := example()
	for _, site := range root.Children {
		site.Provide.Simulated = true
	}
	marked := func() (out []string) {
		for _, it := range tree.Of(root).Items {
			if strings.HasPrefix(it.Name(), widget.Simulated) {
				out = append(out, it.Name())
			}
		}
		return out
	}
	if got := marked(); len(got) != 2 || !strings.Contains(got[0], "Site.start") {
		t.Errorf("marked are %q", got)
	}
	for _, site := range root.Children {
		site.Children[0].Provide.Simulated = true
	}
	root.Provide.Simulated = true
	if got := marked(); len(got) != 0 {
		t.Errorf("all of it pretends, and marked are %q", got)
	}
}
