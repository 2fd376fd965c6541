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
		{"deploy", "many hosts are asked at once"},
		{"rollout", "a deployment runs beside the screen that shows it"},
		{"xmpp/...", "a session is read and kept alive"},
		{"agentd", "runs are executed one after the other"},
		{"cli/...", "it wires the others"},
	}
	return Rules{
		Module: module,
		Packages: []Package{
			{Name: ".", Duty: "main: call cli, nothing else", May: []string{"cli"}},
			{Name: "docs", Duty: "the manual of the command line, for the program to show"},
			{Name: "value", Duty: "values that travel: one way to copy, compare, encode and redact them"},
			{Name: "yamltext", Duty: "read YAML as it is written, and write it so that it reads the same"},
			{Name: "spec", Duty: "the nouns everyone shares, and the agent contract", May: []string{"value", "yamltext"}},
			{Name: "query", Duty: "XPath over trees of resources", May: []string{"spec", "value"}},
			{Name: "resolver", Duty: "from facts and answers, compute the tree, what to ask, what to fetch, what is wrong", May: []string{"spec", "value"}},
			{Name: "lifecycle", Duty: "run one lifecycle's state machine", May: []string{"spec", "value", "query"}},
			{Name: "host", Duty: "the only code that touches the machine: commands, and the files of host/view", May: []string{"spec", "value", "host/view"}},
			{Name: "host/view", Duty: "a host's files: the real ones, an overlay on them, a simulated host", May: []string{"spec"}},
			{Name: "host/facts", Duty: "what a host is: its processors, memory, disks, addresses", May: nil},
			{Name: "host/probe", Duty: "ask whether a service answers: TCP and HTTP", May: nil},
			{Name: "host/op", Duty: "operations on a host: each says what would change, and changes it", May: []string{"spec", "host/view"}},
			{Name: "modules", Duty: "load Starlark files as lifecycles, check them, hold the shipped ones", May: []string{"spec", "value", "query", "lifecycle", "modules/interp", "modules/actions"}},
			{Name: "modules/interp", Duty: "the Starlark interpreter: limits, values in and out, errors with a place", May: []string{"spec", "value", "query"}},
			{Name: "modules/actions", Duty: "call the functions of a module, with what their ctx offers", May: []string{"spec", "value", "lifecycle", "modules/interp", "modules/template", "host/facts", "host/op", "host/probe", "host/view"}},
			{Name: "modules/template", Duty: "render texts in the syntax of Jinja2", May: []string{"spec", "modules/interp"}},
			{Name: "modules/testbench", Duty: "run the tests that are written in modules", May: []string{"spec", "value", "modules", "modules/interp"}},
			{Name: "modules/reload", Duty: "load modules again when their files change, and keep what did load", May: []string{"spec", "modules"}},
			{Name: "modules/quarantine", Duty: "remember which file the agent died of, and leave it out", May: []string{"spec"}},
			{Name: "modules/bundle", Duty: "folders of modules that operators hand over to agents, and their versions", May: []string{"spec", "modules", "transfer"}},
			{Name: "transfer", Duty: "hand files over in pieces, of which those that have arrived are kept", May: []string{"spec"}},
			{Name: "upgrade", Duty: "replace the program of an agent by one that an operator signed, with a way back", May: []string{"spec", "transfer"}},
			{Name: "deploy", Duty: "where the pure resolver meets live agents: planning sessions", May: []string{"spec", "value", "query", "resolver", "yamltext"}},
			{Name: "rollout", Duty: "a deployment as a log of records, the state that follows from it, the scheduler", May: []string{"spec", "value", "resolver", "deploy"}},
			{Name: "rollout/lines", Duty: "keep the log lines of a deployment: the newest in memory, older ones on disk", May: []string{"resolver", "rollout", "spec"}},
			{Name: "xmpp", Duty: "the agent contract over an XMPP server, both ends put together; make test-servers tries it with ejabberd too, as CI does", May: []string{"spec", "xmpp/access", "xmpp/calls", "xmpp/commands", "xmpp/disco", "xmpp/muc", "xmpp/roster", "xmpp/session", "xmpp/wire"}},
			{Name: "xmpp/access", Duty: "who may do what, and who is refused", May: []string{"spec", "xmpp/session", "xmpp/wire"}},
			{Name: "xmpp/calls", Duty: "the operations of an agent, and following its runs", May: []string{"spec", "value", "xmpp/access", "xmpp/muc", "xmpp/roster", "xmpp/session", "xmpp/wire"}},
			{Name: "xmpp/commands", Duty: "commands and their forms for any XMPP client", May: []string{"spec", "value", "xmpp/access", "xmpp/disco", "xmpp/form", "xmpp/session", "xmpp/wire"}},
			{Name: "xmpp/disco", Duty: "what an agent says of itself to any XMPP client", May: []string{"spec", "xmpp/access", "xmpp/session", "xmpp/wire"}},
			{Name: "xmpp/form", Duty: "data forms, and the questions of a route as one", May: []string{"spec", "value", "xmpp/session", "xmpp/wire"}},
			{Name: "xmpp/muc", Duty: "rooms, in which is said what happens in deployments", May: []string{"spec", "value", "xmpp/form", "xmpp/session", "xmpp/wire"}},
			{Name: "xmpp/roster", Duty: "the fleet: who is in it, and what presence says", May: []string{"spec", "xmpp/access", "xmpp/session", "xmpp/wire"}},
			{Name: "xmpp/session", Duty: "one account, connected: TLS, login, stanzas, calls and their answers, connecting again", May: []string{"spec", "value"}},
			{Name: "xmpp/wire", Duty: "what is ours in stanzas: errors, versions, pieces of large texts", May: []string{"spec", "value", "xmpp/session"}},
			{Name: "server", Duty: "write configurations of XMPP servers, and find out what one can do", May: []string{"spec", "value", "xmpp/..."}},
			{Name: "enrol", Duty: "put agents on hosts, and take them away: a root shell over ssh, accounts on the server", May: []string{"spec", "value", "yamltext", "xmpp/form", "xmpp/session"}},
			{Name: "agentd", Duty: "the daemon around one engine: queue, journal, event fan-out, who may call", May: []string{"spec", "value", "query", "lifecycle"}},
			{Name: "seal", Duty: "keep secrets unreadable at rest", May: []string{"spec", "value"}},
			{Name: "journal", Duty: "a lifecycle store on disk: durable before and after every step", May: []string{"spec", "value", "lifecycle", "seal"}},
			{Name: "config", Duty: "gather settings from files, environment and flags, and know where each came from", May: []string{"spec", "value", "yamltext"}},
			{Name: "trial", Duty: "try modules out on simulated hosts: their tests, and checks without tests", May: []string{"rollout", "spec", "value", "query", "lifecycle", "modules", "modules/actions", "modules/testbench", "host/op", "host/view", "resolver", "deploy", "agentd"}},
			{Name: "tui", Duty: "the terminal UI: sends keys and messages to the screens below", May: []string{"deploy", "resolver", "rollout", "spec", "tui/catalogue", "tui/deployments", "tui/drift", "tui/fleet", "tui/format", "tui/history", "tui/lifecycle", "tui/logs", "tui/menu", "tui/noquery", "tui/plan", "tui/questions", "tui/run", "tui/start", "tui/term", "tui/widget", "value"}},
			{Name: "tui/catalogue", Duty: "the screen to start from: what can be deployed, this session's runs, the hosts", May: []string{"deploy", "spec", "tui/format", "tui/widget"}},
			{Name: "tui/deployments", Duty: "the screen of all deployments, and what can be done about each", May: []string{"resolver", "rollout", "spec", "tui/format", "tui/widget"}},
			{Name: "tui/drift", Duty: "the screen of what is not as it was left", May: []string{"deploy", "spec", "tui/widget"}},
			{Name: "tui/editor", Duty: "answer one question", May: []string{"resolver", "spec", "tui/format", "tui/widget", "value"}},
			{Name: "tui/fleet", Duty: "the screen of hosts, and of the stacks of one", May: []string{"deploy", "spec", "value", "tui/format", "tui/widget"}},
			{Name: "tui/format", Duty: "values, times and statuses as words and signs, the same on every screen", May: []string{"deploy", "resolver", "rollout", "spec", "tui/widget", "value"}},
			{Name: "tui/history", Duty: "the screen of what was done on hosts: when, by whom, with which values", May: []string{"deploy", "spec", "tui/format", "tui/widget"}},
			{Name: "tui/lifecycle", Duty: "the screen of one lifecycle of a host: its states, the way to another, what it offers, who uses it", May: []string{"deploy", "spec", "tui/format", "tui/widget"}},
			{Name: "tui/logs", Duty: "show the log lines of a deployment", May: []string{"deploy", "resolver", "rollout", "rollout/lines", "spec", "tui/format", "tui/widget"}},
			{Name: "tui/menu", Duty: "a list that is searched by typing: the help and the palette", May: []string{"tui/widget"}},
			{Name: "tui/noquery", Duty: "keep the UI library from asking the terminal questions at the start of a program"},
			{Name: "tui/plan", Duty: "the screen that shows what a deployment will do", May: []string{"deploy", "resolver", "spec", "tui/format", "tui/widget"}},
			{Name: "tui/questions", Duty: "the screen on which a deployment takes shape: its tree, and every question", May: []string{"deploy", "resolver", "spec", "tui/editor", "tui/format", "tui/tree", "tui/widget"}},
			{Name: "tui/run", Duty: "the screen on which a deployment is watched", May: []string{"deploy", "resolver", "rollout", "rollout/lines", "spec", "tui/format", "tui/logs", "tui/tree", "tui/widget"}},
			{Name: "tui/start", Duty: "the first start without configuration: try it, connect to a server, only look", May: []string{"spec", "tui/term", "tui/widget"}},
			{Name: "tui/term", Duty: "the border to the terminal: only what is new in a frame, the cursor, stopping and ending, keys that do not get lost, the clipboard"},
			{Name: "tui/tree", Duty: "lay the deployment tree out for the screens", May: []string{"resolver", "tui/widget"}},
			{Name: "tui/widget", Duty: "what screens are drawn with: text, panes, lists, keys, popups", May: []string{"value"}},
			{Name: "web", Duty: "the front end for browsers: pages, logins, and what changes while one looks", May: []string{"deploy", "resolver", "rollout", "rollout/lines", "spec", "value"}},
			{Name: "cli", Duty: "the command line: Main runs one command, which the folders below offer", May: []string{"*"}},
			{Name: "cli/agent", Duty: "armonic agentd, and the commands that say which agents are in the fleet", May: []string{"*"}},
			{Name: "cli/plain", Duty: "the terminal UI line by line: asks what is wanted, and runs the commands that do it", May: []string{"*"}},
			{Name: "cli/connect", Duty: "open the fleet that flags and settings name", May: []string{"*"}},
			{Name: "cli/crash", Duty: "keep a report of a fault that ends the program, and put the terminal back", May: []string{"*"}},
			{Name: "cli/deploy", Duty: "armonic deploy, with its questions line by line", May: []string{"*"}},
			{Name: "cli/find", Duty: "find resources on the hosts of a fleet; what the commands about resources have in common", May: []string{"*"}},
			{Name: "cli/host", Duty: "armonic host: agents over ssh, and invitations", May: []string{"*"}},
			{Name: "cli/inprocess", Duty: "agents in this process: those of the demo, and that of this host", May: []string{"*"}},
			{Name: "cli/lookup", Duty: "the commands that show what is on hosts, and draw state machines", May: []string{"*"}},
			{Name: "cli/module", Duty: "armonic module", May: []string{"*"}},
			{Name: "cli/output", Duty: "what commands print and ask: lines, JSON, values, errors; exit codes", May: []string{"*"}},
			{Name: "cli/run", Duty: "state-goto and provide-call: hand one run to an agent, or one to each of several", May: []string{"*"}},
			{Name: "cli/server", Duty: "armonic server", May: []string{"*"}},
			{Name: "cli/settings", Duty: "the flags of every command, where settings and state are kept, armonic config", May: []string{"*"}},
			{Name: "cli/tui", Duty: "armonic tui", May: []string{"*"}},
			{Name: "cli/web", Duty: "armonic web", May: []string{"*"}},

			{Name: "internal/agenttest", Duty: "the contract suite that any agent must pass, and fakes", Test: true},
			{Name: "internal/archtest", Duty: "these rules, and the check of them", Test: true},
			{Name: "internal/browsertest", Duty: "pages in a real browser, for tests", Test: true},
			{Name: "internal/fleettest", Duty: "a fleet of agents in one process, whose links can be cut", Test: true},
			{Name: "internal/hostbench", Duty: "measure what deployments on real hosts take, beside Ansible", Test: true},
			{Name: "internal/hostfleet", Duty: "a fleet of real hosts for tests: a server, an operator, agents", Test: true},
			{Name: "internal/hosttest", Duty: "real Debian hosts for tests, with systemd, on this machine", Test: true},
			{Name: "internal/benchreport", Duty: "the program that is measured, processor time, and tables of what was found", Test: true},
			{Name: "internal/manual", Duty: "write manual pages and completions from the commands", May: []string{"cli"}},
			{Name: "internal/need", Duty: "tell whether what a test needs is here", Test: true},
			{Name: "packaging", Duty: "what Debian packages are made of, and the test that installs them", Test: true},
			{Name: "internal/powercut", Duty: "a disk on which a power cut loses what was not synced", Test: true},
			{Name: "internal/servicetest", Duty: "deploy, use and undo, as tests, the services that come with the program", Test: true},
			{Name: "internal/story", Duty: "tell, as a test, what a WordPress on five real hosts goes through", Test: true},
			{Name: "internal/ptytest", Duty: "a program on a pseudo-terminal for tests, and what it writes when", Test: true},
			{Name: "internal/tmuxtest", Duty: "a real terminal for tests", Test: true},
			{Name: "internal/tuibench", Duty: "measure what the terminal UI costs, on a large fleet", Test: true},
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
				{"cli/module/modulestubs.go", "likewise"},
				{"modules/report.go", "lines of a module's source"},
				{"deploy/answerssave.go", "a file of answers"},
				{"server", "a file, and a question to a server"},
				{"value/encode.go", "JSON"},
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
				{"lifecycle/returned.go", "what a call would return, in a preview"},
				{"lifecycle/route.go", "what a module suggests"},
				{"modules/actions/hooks.go", "what a module suggests"},
				{"modules/actions/returns.go", "what a module returns"},
				{"trial/example.go", "values that a check of modules makes up"},
			}},
			{"secrets", "reveal a secret", []string{"Reveal"}, []Place{
				{"spec/variable.go", "a value is checked and changed by its variable"},
				{"spec/deployment.go", "the log of a deployment is unpacked"},
				{"value", "values are compared, encoded and redacted"},
				{"modules/interp/secret.go", "a module asks for its text"},
				{"modules/interp/secrets.go", "a text that a module made of it leaves the module"},
				{"modules/actions/command.go", "a command is given it"},
				{"modules/actions/template.go", "a file is rendered with it"},
				{"modules/testbench/calls.go", "it is typed as a person would"},
				{"server/options.go", "the administrator's password is checked"},
				{"server/create.go", "the administrator's password is handed to the administrator"},
				{"server/ejabberd.go", "the administrator's password is written where the server reads it"},
				{"server/prosody.go", "the administrator's password is salted and hashed"},
				{"xmpp/session/scram.go", "the account's password is proved"},
				{"xmpp/session/negotiate.go", "an account is made with it"},
				{"enrol/shell.go", "sudo is told its password"},
				{"enrol/accounts.go", "the server is told the password of an agent's account"},
				{"seal/keyfile.go", "it is sealed, and digested"},
				{"journal/proposals.go", "what is to be approved is kept sealed as a whole"},
				{"journal/effects.go", "the digest of a file is compared"},
				{"journal/images.go", "the content of a file is put back"},
			}},
			{"secrets handed over", "encode or decode secrets in clear", []string{module + "/value.HandOver"}, []Place{
				{"xmpp/wire/json.go", "what an agent that must know is told is read"},
				{"xmpp/calls/client.go", "inputs go to the agent that must know"},
				{"xmpp/calls/follower.go", "what a step returned goes to who may deploy"},
				{"xmpp/calls/dispatch.go", "the log of a deployment goes to who may deploy"},
				{"rollout/copies.go", "whoever goes on with a deployment needs its values; agents keep them sealed"},
			}},
		},
		Init:     []string{"tui/noquery"},
		MaxLines: 400,
	}
}
