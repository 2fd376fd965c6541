package modules

import (
	"context"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/spec"
)

// Bench is what one test function of a module works on: simulated hosts, of which
// nothing is known at first.
type Bench interface {
	// Fleet begins again with these hosts, each of the system, and nothing applied.
	Fleet(hosts []string, system string) error
	// Deploy carries out what somebody would at the terminal, taking every suggestion
	// for what is not said. The error is that of the plan or of the first step that
	// failed.
	Deploy(ctx context.Context, d TestDeployment) (TestResult, error)
	// Undo leaves all states that are applied on a host, or with "" on all.
	Undo(ctx context.Context, host string) error
	// Stack names what is applied of a lifecycle, bottom first.
	Stack(host, lifecycle string) ([]string, error)
	// Logs are the lines that a host has logged, or with "" all, in order.
	Logs(host string) []string
	// Close ends what runs.
	Close()
}

// TestDeployment is what a test deploys.
type TestDeployment struct {
	Pattern string
	On      string            // "" is the first host
	Hosts   map[string]string // require -> "h1,h2"
	Set     map[string]string // pattern of variables -> value
}

// TestResult is what came of it.
type TestResult struct {
	Returns any
	Steps   []string // "web1: WebServer: enter Configured"
	Logs    []string
}

func deployParams() []param {
	return []param{
		{"pattern", "str", "", "Which provide, as in \"//WebSite//start\"."},
		{"on", "str", "", "The host; the first of the fleet, if it is not given."},
		{"hosts", "dict[str, str | list[str]]", "{}", "Where external requires are met, by their names."},
		{"set", "dict[str, Any]", "{}", "Values of variables, by patterns: {\"//WebServer//conf/port\": 8080}."},
	}
}

func fleetSignature() *signature {
	return &signature{name: "fleet", npos: 0, required: 0, returns: "None",
		doc:  "Begins again with these simulated hosts and nothing applied. Without it there is one host, host1.",
		rest: param{"hosts", "str", "", "Their names."},
		params: []param{
			{"os", "str", "\"debian 13\"", "The system of all of them."},
		}}
}

func deploySignature() *signature {
	return &signature{name: "deploy", npos: 1, required: 1, returns: "deployed", params: deployParams(),
		doc: "Deploys, taking every suggestion for what is not said, and gives what came of it: .returns, .steps as in \"web1: WebServer: enter Configured\", .logs. The test fails if it fails."}
}

func failsSignature() *signature {
	params := append([]param{deployParams()[0], {"says", "str", "", "What the message must hold."}}, deployParams()[1:]...)
	return &signature{name: "fails", npos: 2, required: 2, returns: "str", params: params,
		doc: "Deploys, which must fail, because an answer is missing or wrong or because a step fails. Gives the message."}
}

func undoSignature() *signature {
	return &signature{name: "undo", npos: 1, returns: "None",
		doc:    "Leaves all states that are applied.",
		params: []param{{"host", "str", "", "On one host; on all, if it is not given."}}}
}

func stackSignature() *signature {
	return &signature{name: "stack", npos: 2, required: 2, returns: "list[str]",
		doc:    "What is applied, the first state first.",
		params: []param{{"host", "str", "", "The host."}, {"lifecycle", "str", "", "The lifecycle."}}}
}

func logsSignature() *signature {
	return &signature{name: "logs", npos: 1, returns: "list[str]",
		doc:    "The lines that were logged so far.",
		params: []param{{"host", "str", "", "On one host; on all, if it is not given."}}}
}

func assertEqSignature() *signature {
	return &signature{name: "assert_eq", npos: 2, required: 2, returns: "None",
		doc:    "Fails the test unless both are equal.",
		params: []param{{"got", "Any", "", "What there is."}, {"want", "Any", "", "What there should be."}}}
}

func assertInSignature() *signature {
	return &signature{name: "assert_in", npos: 2, required: 2, returns: "None",
		doc:    "Fails the test unless a text holds another, or a list an element, or the texts of a list hold another text.",
		params: []param{{"what", "Any", "", "What there should be."}, {"where", "Any", "", "Where it should be."}}}
}

// testSignatures lists what a test file has besides the rest.
func testSignatures() []*signature {
	return []*signature{fleetSignature(), deploySignature(), failsSignature(), stackSignature(), logsSignature(), undoSignature(),
		assertEqSignature(), assertInSignature()}
}

// trialRun is one test function while it runs.
type trialRun struct {
	ctx   context.Context //nolint:containedctx // of one call; the builtins get no other
	bench Bench
}

const trialKey = "modules.trial"

// testBuiltins are the functions of testSignatures.
func testBuiltins() starlark.StringDict {
	d := starlark.StringDict{}
	for _, b := range []struct {
		sig *signature
		fn  func(r *trialRun, t *starlark.Thread, sig *signature, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)
	}{
		{fleetSignature(), (*trialRun).fleet}, {deploySignature(), (*trialRun).deploy}, {failsSignature(), (*trialRun).fails},
		{stackSignature(), (*trialRun).stack}, {logsSignature(), (*trialRun).logs}, {undoSignature(), (*trialRun).undo},
		{assertEqSignature(), (*trialRun).assertEq}, {assertInSignature(), (*trialRun).assertIn},
	} {
		d[b.sig.name] = starlark.NewBuiltin(b.sig.name, func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			r, ok := t.Local(trialKey).(*trialRun)
			if !ok {
				return nil, spec.Errorf(spec.Failed, "%s works inside a function of the test file whose name begins with test_", b.sig.name).
					WithHint("write def test_something():")
			}
			return b.fn(r, t, b.sig, args, kwargs)
		})
	}
	return d
}
