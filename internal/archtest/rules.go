package archtest

// Rules is the architecture as data. Names of packages are relative to the
// module: "tui", "internal/need", "." for the root. A name that ends in "/..."
// means that package and everything below it.
type Rules struct {
	Module   string    // the module path that the names are relative to
	Packages []Package // every package there may be
	Bans     []Ban
	Limited  []Limited
	Init     []string // the packages that may contain func init()
	MaxLines int      // the longest a file may be, tests aside
}

// Package is one row of the import table.
type Package struct {
	Name string
	Duty string   // in one sentence; the package's doc.go says more
	May  []string // the packages of ours that it may import; "*" is all of them
	Test bool     // a helper of tests: it may import all, and only tests import it
}

// Ban names what one package must not import, subpackages included.
type Ban struct {
	Package string
	Imports []string
	Why     string
}

// Limited is what only some places may do.
type Limited struct {
	Rule   string   // as findings name it
	What   string   // "start a goroutine"
	By     []string // a statement "go", a function "time.AfterFunc", or a method "Reveal"
	Places []Place
}

// Place is a package, or one file of it ("value/decode.go").
type Place struct {
	Name string
	Why  string
}

const module = "github.com/armonic/armonic"

// Armonic is the architecture of this module. A new package needs a row here.
func Armonic() Rules {
	starters := []Place{
		{"deploy", "a deployment runs beside the screen that shows it"},
		{"xmpp/...", "a session is read and kept alive"},
		{"agentd", "runs are executed one after the other"},
		{"cli/...", "it wires the others"},
	}
	return Rules{
		Module: module,
		Packages: []Package{
			{Name: ".", Duty: "main: call cli, nothing else", May: []string{"cli"}},
			{Name: "value", Duty: "values that travel: one way to copy, compare, encode and redact them"},
			{Name: "spec", Duty: "the nouns everyone shares, and the agent contract", May: []string{"value"}},
			{Name: "query", Duty: "XPath over trees of resources", May: []string{"spec", "value"}},
			{Name: "resolver", Duty: "from facts and answers, compute the tree, what to ask, what to fetch, what is wrong", May: []string{"spec", "value"}},
			{Name: "lifecycle", Duty: "run one lifecycle's state machine", May: []string{"spec", "value", "query"}},
			{Name: "host", Duty: "the only code that touches the machine: commands, and the files of host/view", May: []string{"spec", "value", "host/view"}},
			{Name: "host/view", Duty: "a host's files: the real ones, an overlay on them, a simulated host", May: []string{"spec"}},
			{Name: "host/op", Duty: "operations on a host: each says what would change, and changes it", May: []string{"spec", "host/view"}},
			{Name: "modules", Duty: "load Starlark files as lifecycles, check them, hold the shipped ones", May: []string{"spec", "value", "query", "lifecycle", "modules/interp", "modules/actions"}},
			{Name: "modules/interp", Duty: "the Starlark interpreter: limits, values in and out, errors with a place", May: []string{"spec", "value", "query"}},
			{Name: "modules/actions", Duty: "call the functions of a module, with what their ctx offers", May: []string{"spec", "value", "lifecycle", "modules/interp", "host/op", "host/view"}},
			{Name: "modules/testbench", Duty: "run the tests that are written in modules", May: []string{"spec", "value", "modules", "modules/interp"}},
			{Name: "modules/reload", Duty: "load modules again when their files change, and keep what did load", May: []string{"spec", "modules"}},
			{Name: "modules/quarantine", Duty: "remember which file the agent died of, and leave it out", May: []string{"spec"}},
			{Name: "deploy", Duty: "where the pure resolver meets live agents: planning sessions, executing deployments", May: []string{"spec", "value", "query", "resolver"}},
			{Name: "xmpp/...", Duty: "carry the agent contract over stanzas, both ends; presence; log rooms", May: []string{"spec", "value", "xmpp/..."}},
			{Name: "server", Duty: "write configurations of XMPP servers, and find out what one can do", May: []string{"spec", "value", "xmpp/..."}},
			{Name: "agentd", Duty: "the daemon around one engine: queue, journal, event fan-out, who may call", May: []string{"spec", "value", "query", "lifecycle"}},
			{Name: "seal", Duty: "keep secrets unreadable at rest", May: []string{"spec", "value"}},
			{Name: "journal", Duty: "a lifecycle store on disk: durable before and after every step", May: []string{"spec", "value", "lifecycle", "seal"}},
			{Name: "config", Duty: "gather settings from files, environment and flags, and know where each came from", May: []string{"spec", "value"}},
			{Name: "trial", Duty: "try modules out on simulated hosts: their tests, and checks without tests", May: []string{"spec", "value", "query", "lifecycle", "modules", "modules/testbench", "resolver", "deploy", "agentd"}},
			{Name: "tui/...", Duty: "draw a deploy session, turn keys into answers", May: []string{"spec", "value", "query", "resolver", "deploy", "tui/..."}},
			{Name: "cli/...", Duty: "flags, commands by noun, all wiring", May: []string{"*"}},

			{Name: "internal/agenttest", Duty: "the contract suite that any agent must pass, and fakes", Test: true},
			{Name: "internal/archtest", Duty: "these rules, and the check of them", Test: true},
			{Name: "internal/need", Duty: "tell whether what a test needs is here", Test: true},
			{Name: "internal/tmuxtest", Duty: "a real terminal for tests", Test: true},
			{Name: "internal/xmppbench", Duty: "measure what agents over a real server cost, beside others", Test: true},
			{Name: "internal/xmpptest", Duty: "real XMPP servers for tests, and a network that breaks", Test: true},
		},
		Bans: []Ban{
			{"resolver", []string{"context", "time", "os", "net", "sync", "math/rand"}, "it is a pure function of facts and answers"},
			{"lifecycle", []string{"os", "net"}, "only package host touches the machine"},
			{"tui/...", []string{"os/exec", "net"}, "a front end acts through deploy only"},
		},
		Limited: []Limited{
			{"goroutines", "start a goroutine", []string{"go", "Go", "TryGo"}, starters},
			{"goroutines", "have a function called later", []string{"time.AfterFunc", "context.AfterFunc"}, append([]Place{
				{"server", "a connection is closed when its context ends"},
				{"host", "a command that does not end is killed"},
			}, starters...)},
			{"printing", "print", []string{"fmt.Fprint", "fmt.Fprintf", "fmt.Fprintln", "fmt.Print", "fmt.Printf", "fmt.Println"}, []Place{
				{"cli/output/writer.go", "Printf keeps foreign texts on their lines"},
				{"cli/crash/crash.go", "a program that crashed has no writer any more"},
				{"cli/module/markdown.go", "documentation has several lines"},
				{"cli/module/stubs.go", "so have comments of functions"},
				{"modules/report.go", "lines of a module's source"},
				{"deploy/answersfile.go", "a file of answers"},
				{"server", "a file, and a question to a server"},
				{"value/encode.go", "JSON"},
				{"tui/term/output.go", "the border to the terminal"},
			}},
			{"values", "give a value its type", []string{"Convert", "ParseInput"}, []Place{
				{"spec", "the conversion itself"},
				{"value/decode.go", "a method of reflect with that name"},
				{"tui/editor/parse.go", "what a person typed into a field"},
				{"deploy/session.go", "what a person typed for a question"},
				{"cli/run/inputs.go", "what a person typed on a command line"},
				{"xmpp/form/questions.go", "what a person typed into a form"},
				{"resolver", "answers of a file, and values that become others' values"},
				{"lifecycle/reader.go", "the inputs of a run, before its first step"},
				{"lifecycle/route.go", "what a module suggests"},
				{"modules/actions/hooks.go", "what a module suggests"},
				{"modules/actions/returns.go", "what a module returns"},
				{"trial/example.go", "values that a check of modules makes up"},
			}},
			{"secrets", "reveal a secret", []string{"Reveal"}, []Place{
				{"spec/variable.go", "a value is checked and changed by its variable"},
				{"value", "values are compared, encoded and redacted"},
				{"modules/interp/secret.go", "a module asks for its text"},
				{"modules/interp/secrets.go", "a text that a module made of it leaves the module"},
				{"modules/actions/command.go", "a command is given it"},
				{"modules/testbench/calls.go", "it is typed as a person would"},
				{"server/options.go", "the administrator's password is checked"},
				{"server/create.go", "the administrator's password is handed to the administrator"},
				{"server/ejabberd.go", "the administrator's password is written where the server reads it"},
				{"server/prosody.go", "the administrator's password is salted and hashed"},
				{"xmpp/session/scram.go", "the account's password is proved"},
				{"xmpp/session/negotiate.go", "an account is made with it"},
				{"seal/keyfile.go", "it is sealed, and digested"},
			}},
			{"secrets handed over", "encode or decode secrets in clear", []string{module + "/value.HandOver"}, []Place{
				{"xmpp/wire/json.go", "what an agent that must know is told is read"},
				{"xmpp/calls/client.go", "inputs go to the agent that must know"},
				{"xmpp/calls/follower.go", "what a step returned goes to who may deploy"},
			}},
		},
		Init:     []string{"tui/noquery"},
		MaxLines: 400,
	}
}
