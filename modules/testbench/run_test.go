package testbench_test

import (
	"context"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/modules/testbench"
	"github.com/armonic/armonic/spec"
)

// bench notes what a test function asks of it.
type bench struct{ asked []any }

func (b *bench) Fleet(hosts []string, system string) error {
	b.asked = append(b.asked, hosts, system)
	return nil
}

func (b *bench) Deploy(_ context.Context, d testbench.Deployment) (testbench.Result, error) {
	b.asked = append(b.asked, d)
	if d.On == "down" {
		return testbench.Result{}, &spec.Error{At: "a.star:1:1", Msg: "it is down", Hint: "wait"}
	}
	return testbench.Result{Returns: map[string]any{"url": "http://web1"}, Steps: []string{"web1: L: enter On"}, Logs: []string{"is up"}}, nil
}
func (b *bench) Undo(context.Context, string) error          { return nil }
func (b *bench) Stack(_, lifecycle string) ([]string, error) { return []string{lifecycle}, nil }
func (b *bench) Logs(host string) []string                   { return []string{host + " is up"} }
func (b *bench) Fake(host string, argv []string, gives spec.CommandResult) error {
	b.asked = append(b.asked, argv, gives)
	return nil
}
func (b *bench) Ran(string) ([]string, error)              { return []string{"nproc"}, nil }
func (b *bench) Changes(string) ([]string, error)          { return []string{"+ /etc/x"}, nil }
func (b *bench) File(_, path string) (string, bool, error) { return "x", path == "/etc/x", nil }
func (b *bench) Close()                                    { b.asked = append(b.asked, "close") }

func TestTestsAreRunEachOnItsBench(t *testing.T) {
	src := modules.Source{Name: "own", FS: fstest.MapFS{"a_test.star": {Data: []byte(`
def test_right():
    fleet("web1", "web2", os = "debian 12")
    d = deploy("//L//start", hosts = {"db": ["web1", "web2"]}, set = {"port": 80})
    assert_eq(d.returns["url"], "http://web1")
    assert_in("is up", d.logs)
    assert_eq(stack("web1", "L"), ["L"])
    assert_in("is down", fails("//L//start", "is down", on = "down"))
    print("done")
def test_wrong():
    assert_eq(1, 2)
def test_down():
    deploy("//L//start", on = "down")
def helper():
    pass
`)}}}
	var benches []*bench
	got, _, err := testbench.Run(t.Context(), modules.Config{}, "", func() (testbench.Bench, error) {
		benches = append(benches, new(bench))
		return benches[len(benches)-1], nil
	}, src)
	if err != nil || len(got) != 3 {
		t.Fatalf("%v, error %v", got, err)
	}
	if got[0].Err != nil || !cmp.Equal(got[0].Said, []string{"done"}) {
		t.Errorf("%+v", got[0])
	}
	if diff := cmp.Diff([]any{[]string{"web1", "web2"}, "debian 12",
		testbench.Deployment{Pattern: "//L//start", Hosts: map[string]string{"db": "web1, web2"}, Set: map[string]string{"port": "80"}, Choose: map[string]string{}},
		testbench.Deployment{Pattern: "//L//start", On: "down", Hosts: map[string]string{}, Set: map[string]string{}, Choose: map[string]string{}}, "close"}, benches[0].asked); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for i, want := range map[int]spec.Error{
		1: {Kind: spec.Failed, At: "own/a_test.star:11:14", Msg: "got 1, want 2"},
		2: {Kind: spec.Failed, At: "own/a_test.star:13:11", Msg: "deploying //L//start failed at a.star:1:1: it is down", Hint: "wait"},
	} {
		if e := got[i].Err; e == nil || e.Kind != want.Kind || e.At != want.At || e.Msg != want.Msg || e.Hint != want.Hint {
			t.Errorf("%s: %+v, want %+v", got[i].Name, e, want)
		}
	}
}
